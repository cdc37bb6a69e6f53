import type { LoadPart } from '../results/load-part.ts'
import { randomOf } from '../random/random.ts'
import { Drive } from './drive-sessions.ts'
import type { Lane } from './lane.ts'
import type { LoadSession } from './load-session.ts'
import type { ThreadPace } from './thread-protocol.ts'

/** A lane in this thread, for sessions that run functions of the test. */
export class OwnLane implements Lane {
  readonly ready: Promise<void>
  readonly #seed: number
  readonly #opening: Promise<readonly LoadSession[]>
  #drive: Drive | undefined

  constructor(opening: Promise<readonly LoadSession[]>, seed: number) {
    this.#seed = seed
    this.#opening = opening
    this.ready = opening.then(() => undefined)
    this.ready.catch(() => undefined)
  }

  async begin({ beginAt, ...pace }: ThreadPace): Promise<LoadPart> {
    const sessions = await this.#opening
    this.#drive = new Drive({
      ...pace,
      sessions,
      randoms: sessions.map((_, index) => randomOf(this.#seed, index)),
      begin: beginAt - performance.timeOrigin,
    })
    return this.#drive.run()
  }

  stop(): void {
    this.#drive?.stop()
  }

  async close(): Promise<void> {
    this.stop()
    const sessions = await this.#opening.catch(() => [])
    await Promise.all(sessions.map((session) => session.close()))
  }
}
