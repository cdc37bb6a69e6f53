import type { Session } from '../../connections/session.ts'
import type { StatementHook } from '../../connections/statement-hook.ts'
import type { Random } from '../random/random.ts'
import type { OwnWorkload } from '../workload.ts'
import type { LoadSession } from './load-session.ts'

/** Opens a session of the toolkit for a load; what watches it counts its statements. */
export type OpenOwnSession = (name: string, hook: StatementHook) => Promise<Session>

/** Runs one's own function on an ordinary session. */
export class OwnSession implements LoadSession {
  statements = 0
  readonly #step: OwnWorkload['step']
  readonly #open: () => Promise<Session>
  #session: Session

  private constructor(step: OwnWorkload['step'], open: () => Promise<Session>, session: Session) {
    this.#step = step
    this.#open = open
    this.#session = session
  }

  /** @throws ConnectError */
  static async open(workload: OwnWorkload, name: string, open: OpenOwnSession): Promise<OwnSession> {
    const hook: StatementHook = {
      afterReply: () => {
        own.statements++
      },
    }
    const openAgain = (): Promise<Session> => open(name, hook)
    const own: OwnSession = new OwnSession(
      (session, random) => workload.step(session, random),
      openAgain,
      await openAgain(),
    )
    own.statements = 0
    return own
  }

  async step(random: Random): Promise<unknown> {
    return this.#step(this.#session, random)
  }

  async recover(): Promise<void> {
    if (this.#session.status === 'connected') {
      await this.#session.reset()
      return
    }
    await this.#session.close()
    this.#session = await this.#open()
  }

  /** The session ends its statements by itself. */
  cutAfter(): void {}

  close(): Promise<void> {
    return this.#session.close()
  }
}
