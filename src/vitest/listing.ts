/** Whether Vitest was called to list tests, which must stay quick. */
export function isListing(): boolean {
  return process.argv.slice(2).find((argument) => !argument.startsWith('-')) === 'list'
}
