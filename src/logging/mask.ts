import type { Secret } from './secret.ts'

/** `scheme://user:password@` anywhere in a text; the password may itself hold `:` and `@`, but no space or slash. */
const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@"'`]*:)[^\s/"'`]*(?=@)/gi

/**
 * The text with passwords in URLs, and every given secret (as it is, URL-encoded or JSON-escaped), replaced by `***`.
 * Empty secrets are ignored.
 */
export function mask(text: string, secrets: Iterable<Secret | string> = []): string {
  const forms = [...secrets]
    .map((secret) => (typeof secret === 'string' ? secret : secret.reveal()))
    .flatMap((secret) => (secret === '' ? [] : formsOf(secret)))
    // The longest first: one secret may be the beginning of another.
    .sort((left, right) => right.length - left.length)
  let masked = text
  for (const form of forms) masked = masked.replaceAll(form, '***')
  return masked.replaceAll(URL_PASSWORD, '$1***')
}

function formsOf(secret: string): readonly string[] {
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]
}
