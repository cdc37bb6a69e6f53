const LITERAL = `'(?:[^'\\\\]|\\\\[^]|'')*(?:'|$)|"(?:[^"\\\\]|\\\\[^]|"")*(?:"|$)`
const PASSWORD = new RegExp(
  [
    String.raw`(\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?`,
    String.raw`\bpassword\s*(?:for\s+[^=;]+?)?\s*=\s*(?:password\s*\(\s*)?)`,
  ].join('|') + `(${LITERAL})`,
  'gi',
)
/** Keys in the address of an object store: BACKUP TO 's3://…?secret-access-key=…'. */
const STORAGE_KEY = /\b((?:secret-)?access-key|session-token|sas-token|account-key|credentials)=[^&'"\s]+/gi

/** Hides what stands behind IDENTIFIED BY and SET PASSWORD, and keys of object stores. */
export function maskPasswords(sql: string): string {
  return sql.replace(PASSWORD, "$1'***'").replace(STORAGE_KEY, '$1=***')
}

/** The same in a message about a statement, which may quote any part of it. */
export function maskPasswordsOf(sql: string, message: string): string {
  const literals = [...sql.matchAll(PASSWORD)].map((match) => match[2] ?? '').filter((literal) => literal.length > 2)
  return literals.reduce((text, literal) => text.replaceAll(literal, "'***'"), message.replace(STORAGE_KEY, '$1=***'))
}
