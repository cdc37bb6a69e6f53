import type { Session } from '../../connections/session.ts'
import type { IsolationSpec } from '../spec.ts'
import { detectAnomalies } from './detect-anomalies.ts'
import type { Detection } from './detection.ts'
import { SessionReplay } from './replay.ts'
import { StepWatcher } from './step-watcher.ts'
import { strangeSteps } from './transactions.ts'
import { WatchedTables } from './watched-tables.ts'

/** Finds the anomalies of the schedules of one spec, one after another. */
export class Detector {
  readonly #session: Session
  readonly #texts: readonly string[]
  readonly #strange: readonly string[]
  readonly #tables: WatchedTables
  readonly #replay: SessionReplay

  private constructor(session: Session, spec: IsolationSpec, tables: WatchedTables) {
    this.#session = session
    this.#texts = spec.sessions.flatMap(({ setup, steps }) => [...setup, ...steps.map(({ sql }) => sql)])
    this.#strange = strangeSteps(spec)
    this.#tables = tables
    this.#replay = new SessionReplay(session, tables)
  }

  /**
   * Begins when the set-up has run.
   *
   * @param session on the spec's database; the detector uses it alone, and closes it
   */
  static async open(session: Session, spec: IsolationSpec): Promise<Detector> {
    return new Detector(session, spec, await WatchedTables.of(session))
  }

  /** Looks at a schedule from before its first step on; undefined where that can't be done. */
  async watch(): Promise<StepWatcher | undefined> {
    return this.#strange.length > 0 ? undefined : StepWatcher.begin(this.#session, this.#tables, this.#texts)
  }

  /** What the schedule has shown, when all its transactions have ended. */
  async detect(watcher: StepWatcher | undefined): Promise<Detection> {
    const unknown = watcher === undefined ? this.#strange : [watcher.obstacle ?? []].flat()
    if (watcher === undefined || unknown.length > 0) return { anomalies: [], possible: [], unknown }
    this.#replay.refresh()
    return detectAnomalies(watcher.timeline, this.#replay)
  }

  async close(): Promise<void> {
    await this.#session.close()
  }
}
