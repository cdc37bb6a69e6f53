import type { SupervisedProcess } from '../../child-process/reaper-client.ts'

/** A TiDB that is idle stops within a second; sessions that are still open are given 15 s by TiDB. */
export const STOP_GRACE_MS = 30_000

/** SIGTERM, then SIGKILL after 30 s. Resolves to whether SIGTERM was enough, so that nothing is left to recover. */
export async function stopGracefully(server: { readonly process: SupervisedProcess }): Promise<boolean> {
  let clean = true
  await server.process.signal('SIGTERM')
  const timer = setTimeout(() => {
    clean = false
    void server.process.signal('SIGKILL')
  }, STOP_GRACE_MS)
  const { exitCode } = await server.process.waitForExit()
  clearTimeout(timer)
  return clean && exitCode === 0
}
