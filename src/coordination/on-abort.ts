/** Calls back when the first of the signals aborts, at once when one has. What it returns ends that. */
export function onAbort(
  signals: readonly (AbortSignal | undefined)[],
  callback: (reason: unknown) => void,
): () => void {
  const given = signals.filter((signal) => signal !== undefined)
  const listener = (event: Event): void => callback((event.target as AbortSignal).reason)
  for (const signal of given) signal.addEventListener('abort', listener, { once: true })
  const aborted = given.find((signal) => signal.aborted)
  if (aborted !== undefined) callback(aborted.reason)
  return () => {
    for (const signal of given) signal.removeEventListener('abort', listener)
  }
}
