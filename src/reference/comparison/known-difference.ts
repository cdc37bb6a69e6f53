import { isNamed, type ReferenceIdentity } from '../reference-product.ts'
import { differencesOf, type Aspect, type ComparedStatement } from './difference.ts'

/** Why something differs; for one statement of several, which: `{ statement: 2, because: '…' }`, counted from 1. */
export type Reason = string | { readonly because: string; readonly statement: number | readonly number[] }

/** What is known to differ, and why. That it no longer differs is a failure too: then it has to be taken out. */
export interface KnownDifference {
  readonly differsIn: { readonly [A in Aspect]?: Reason }
  /** The reference for which it holds: `'MariaDB'`, `'MariaDB 10'`, `'MySQL 8.4'`. All, when not given. */
  readonly on?: string
}

/** What a comparison found, once that which is known is put aside. */
export interface Findings {
  /** Statements with what differs in them and is not known, by their number from 0. */
  readonly unexpected: readonly { readonly statement: number; readonly aspects: readonly Aspect[] }[]
  /** What is known to differ, and does not any more. */
  readonly vanished: readonly { readonly aspect: Aspect; readonly because: string; readonly statement?: number }[]
}

export function judge(
  statements: readonly ComparedStatement[],
  known: readonly KnownDifference[],
  reference: Pick<ReferenceIdentity, 'name'>,
): Findings {
  const declared = known
    .filter(({ on }) => on === undefined || isNamed(on, reference))
    .flatMap(({ differsIn }) => Object.entries(differsIn) as [Aspect, Reason][])
    .flatMap(([aspect, reason]) =>
      placesOf(reason).map((statement) => ({ aspect, statement, because: textOf(reason) })),
    )
  const found = statements.map((statement) => differencesOf(statement))
  const covers = (at: number, aspect: Aspect) => (one: (typeof declared)[number]) =>
    one.aspect === aspect && (one.statement === undefined || one.statement === at)
  return {
    unexpected: found.flatMap((differing, at) => {
      const unknown = differing.filter((aspect) => !declared.some(covers(at, aspect)))
      return unknown.length === 0 ? [] : [{ statement: at, aspects: unknown }]
    }),
    vanished: declared
      .filter((one) => !found.some((differing, at) => differing.some((aspect) => covers(at, aspect)(one))))
      .map(({ aspect, because, statement }) => ({
        aspect,
        because,
        ...(statement === undefined ? {} : { statement }),
      })),
  }
}

function placesOf(reason: Reason): readonly (number | undefined)[] {
  if (typeof reason === 'string') return [undefined]
  const { statement } = reason
  return (typeof statement === 'number' ? [statement] : statement).map((from1) => from1 - 1)
}

export function textOf(reason: Reason): string {
  return typeof reason === 'string' ? reason : reason.because
}
