import { isTidbTestError, messageOf } from '../../errors/tidb-test-error.ts'
import type { ErrorOutcome } from '../../errors/classify.ts'
import { LatencyHistogram } from '../results/latency-histogram.ts'
import type { LoadError } from '../results/load-error.ts'
import type { LoadPart, PartSecond } from '../results/load-part.ts'

/** Counts what happens from a moment on; all times are of `performance.now()`. */
export class Measurement {
  readonly #from: number
  readonly #total = new LatencyHistogram()
  readonly #lateness = new LatencyHistogram()
  readonly #second = new LatencyHistogram()
  readonly #series: PartSecond[] = []
  readonly #errors = new Map<string, { -readonly [Key in keyof LoadError]: LoadError[Key] }>()
  #statements = 0
  #now = 0
  #errorsOfSecond = 0
  #last: number
  #unbegun = 0

  constructor(from: number) {
    this.#from = from
    this.#last = from
  }

  done(start: number, end: number, statements: number): void {
    this.#moveTo(end)
    this.#statements += statements
    this.#total.record(end - start)
    this.#second.record(end - start)
  }

  failed(start: number, end: number, statements: number, error: unknown): void {
    this.#moveTo(end)
    this.#statements += statements
    this.#errorsOfSecond++
    const kind = kindOf(error)
    const key = `${kind.class} ${kind.errno} ${kind.code}`
    const known = this.#errors.get(key)
    if (known === undefined) {
      this.#errors.set(key, { ...kind, count: 1, slowest: end - start, message: messageOf(error) })
      return
    }
    known.count++
    known.slowest = Math.max(known.slowest, end - start)
  }

  /** A session that was free began so many milliseconds late. */
  late(milliseconds: number): void {
    this.#lateness.record(milliseconds)
  }

  /** It was due and never begun: it has waited at least until now. */
  unbegun(start: number, now: number): void {
    this.#unbegun++
    this.#total.record(now - start)
  }

  /** What was measured; `end` is when the load was to end. */
  finish(end: number, cpu: LoadPart['cpu']): LoadPart {
    this.#closeSecond()
    return {
      statements: this.#statements,
      elapsed: Math.max(end, this.#last) - this.#from,
      errors: [...this.#errors.values()],
      latency: this.#total.encode(),
      lateness: this.#lateness.encode(),
      unbegun: this.#unbegun,
      series: this.#series,
      cpu,
    }
  }

  #moveTo(end: number): void {
    this.#last = Math.max(this.#last, end)
    const second = Math.floor((end - this.#from) / 1_000)
    if (second === this.#now) return
    this.#closeSecond()
    this.#now = second
  }

  #closeSecond(): void {
    if (this.#second.count === 0 && this.#errorsOfSecond === 0) return
    this.#series.push({ second: this.#now, errors: this.#errorsOfSecond, histogram: this.#second.encode() })
    this.#second.reset()
    this.#errorsOfSecond = 0
  }
}

/** Whether a failure is one that loads are there to meet; any other is a mistake in the workload. */
export function isExpectable(error: unknown): boolean {
  return isTidbTestError(error) && 'outcome' in error
}

function kindOf(error: unknown): Pick<LoadError, 'class' | 'errno' | 'code'> {
  const known = error as { readonly outcome?: ErrorOutcome; readonly errno?: number; readonly code?: string }
  return { class: known.outcome ?? 'permanent', errno: known.errno ?? 0, code: known.code ?? 'UNKNOWN' }
}
