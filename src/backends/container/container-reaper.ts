/**
 * A process of its own that outlives the main process by a moment: when the pipe from the main process ends, for
 * whatever reason (SIGKILL included), it removes the run's containers. It needs no image, as Ryuk does.
 */
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { removeRun } from './containers.ts'
import { DockerEngine } from './docker-engine.ts'
import type { EngineAddress } from './engine-address.ts'

/** First line on standard input. A second line, `release`, says that nothing is left to do. */
export interface WatchOrder {
  readonly address: EngineAddress
  readonly runId: string
}

/** A container whose creation was under way when the main process died appears this late at most, in milliseconds. */
const LATE_ARRIVAL = 3_000
const DEADLINE = 120_000

/** Asks again while the engine is unreachable or a container is still being made. */
async function removeAll({ address, runId }: WatchOrder): Promise<void> {
  const engine = new DockerEngine(address)
  const deadline = Date.now() + DEADLINE
  for (let emptySince = Date.now(); Date.now() < deadline; await pause(250)) {
    try {
      if ((await removeRun(engine, runId)) > 0) emptySince = Date.now()
    } catch {
      emptySince = Date.now()
    }
    if (Date.now() - emptySince > LATE_ARRIVAL) return
  }
  process.exitCode = 1
}

// The terminal's signals go to the main process, whose end is seen on the pipe.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
// Nobody reads any more: the end of standard input says so too.
process.stdout.on('error', () => undefined)

let order: WatchOrder | undefined
let released = false
for await (const line of createInterface(process.stdin)) {
  if (order === undefined) {
    order = JSON.parse(line) as WatchOrder
    process.stdout.write('watching\n')
  } else if (line === 'release') {
    released = true
    break
  }
}
if (order !== undefined && !released) await removeAll(order)
process.exit()
