const WITH_VALUE = /^(-p|--password=)(?=.)/s

/**
 * The title that a process with these arguments takes: what the process list shows from then on. A password among them
 * reads `***`. Undefined when there is none.
 */
export function titleWithoutPassword(args: readonly string[]): string | undefined {
  const end = args.indexOf('--')
  const own = end < 0 ? args : args.slice(0, end)
  const shown = own.map((arg, index) => {
    const prefix = WITH_VALUE.exec(arg)?.[1]
    if (prefix !== undefined) return `${prefix}***`
    const before = own[index - 1]
    return (before === '-p' || before === '--password') && !arg.startsWith('-') ? '***' : arg
  })
  const hidden = shown.some((arg, index) => arg !== own[index])
  return hidden ? ['tidb-test', ...shown].join(' ') : undefined
}
