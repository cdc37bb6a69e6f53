import type { Random } from '../random/random.ts'
import type { LoadSession } from './load-session.ts'

/** Draws each step from several sessions, one of which it runs on. */
export class MixedSession implements LoadSession {
  readonly #parts: readonly { readonly weight: number; readonly session: LoadSession }[]
  readonly #total: number
  #used: LoadSession

  constructor(parts: readonly { readonly weight: number; readonly session: LoadSession }[]) {
    this.#parts = parts
    this.#total = parts.reduce((sum, { weight }) => sum + weight, 0)
    this.#used = (parts[0] as { session: LoadSession }).session
  }

  get statements(): number {
    return this.#parts.reduce((sum, { session }) => sum + session.statements, 0)
  }

  step(random: Random): Promise<unknown> {
    let rest = random() * this.#total
    this.#used = this.#parts.find(({ weight }) => (rest -= weight) < 0)?.session ?? this.#used
    return this.#used.step(random)
  }

  recover(): Promise<void> {
    return this.#used.recover()
  }

  cutAfter(milliseconds: number): void {
    for (const { session } of this.#parts) session.cutAfter(milliseconds)
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map(({ session }) => session.close()))
  }
}
