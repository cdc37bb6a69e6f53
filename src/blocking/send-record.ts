import { systemClock } from '../clock/system-clock.ts'

/** When each connection was last sent a statement. */
export class SendRecord {
  readonly #last = new Map<number, number>()

  note(connectionId: number): void {
    this.#last.set(connectionId, systemClock.now())
  }

  /** Whether a connection was sent nothing since another one was sent its last statement; false when that is not known. */
  silentSince(connectionId: number, other: number): boolean {
    const last = this.#last.get(connectionId)
    const since = this.#last.get(other)
    return last !== undefined && since !== undefined && last < since
  }
}
