/**
 * The arguments of tidb-test itself, and those behind `--`. For `run` and `python`, whose words may be suites or files, a bare
 * `-p` comes last, so that it asks, as that of mysql does, and does not take the word behind it for the password.
 */
export function splitAtDashes(args: readonly string[]): {
  readonly own: readonly string[]
  readonly afterDashes: readonly string[]
} {
  const at = args.indexOf('--')
  const own = at < 0 ? args : args.slice(0, at)
  const afterDashes = at < 0 ? [] : args.slice(at + 1)
  if (own[0] !== 'run' && own[0] !== 'python')
    return { own: [...own, ...(at < 0 ? [] : ['--', ...afterDashes])], afterDashes }
  const bare = own.filter(isBare)
  return { own: [...own.filter((arg) => !isBare(arg)), ...bare], afterDashes }
}

function isBare(arg: string): boolean {
  return arg === '-p' || arg === '--password'
}
