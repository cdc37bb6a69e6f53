const LITERAL = `'(?:[^'\\\\]|\\\\[^]|'')*(?:'|$)|"(?:[^"\\\\]|\\\\[^]|"")*(?:"|$)`
const BEFORE = [
  String.raw`(\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?`,
  String.raw`\bpassword\s*(?:for\s+[^=;]+?)?\s*=\s*(?:password\s*\(\s*)?)`,
].join('|')
// Literals that follow one another are one text.
const PASSWORD = new RegExp(`${BEFORE}((?:${LITERAL})(?:\\s+(?:${LITERAL}))*)`, 'gi')
const PASSWORD_FOLLOWS = new RegExp(`${BEFORE}$`, 'i')
/** Keys in the address of an object store: BACKUP TO 's3://…?secret-access-key=…'. */
const STORAGE_KEY = /\b((?:secret-)?access-key|session-token|sas-token|account-key|credentials)=[^&'"\s]+/gi

/** Hides what stands behind IDENTIFIED BY and SET PASSWORD, and keys of object stores. */
export function maskPasswords(sql: string): string {
  return sql.replace(PASSWORD, "$1'***'").replace(STORAGE_KEY, '$1=***')
}

/** Whether a value that follows this text is a password. */
export function passwordFollows(sql: string): boolean {
  return PASSWORD_FOLLOWS.test(sql)
}

/** The same in a message about a statement, which may quote any part of it. */
export function maskPasswordsOf(sql: string, message: string): string {
  const literals = [...sql.matchAll(PASSWORD)]
    .flatMap((match) => match[2]?.match(new RegExp(LITERAL, 'g')) ?? [])
    .filter((literal) => literal.length > 2)
  return literals.reduce((text, literal) => text.replaceAll(literal, "'***'"), message.replace(STORAGE_KEY, '$1=***'))
}
