import type { Anomaly, AnomalyName } from '../anomaly.ts'
import { cycleThrough } from './cycles.ts'
import type { Dependency, DirtyRead, History } from './history.ts'

/**
 * The anomalies of a history by their definitions, so that one cycle may have several names: a lost update (P4) is also
 * read skew (G-single) and an anti-dependency cycle on rows (G2-item), which is one of any kind (G2).
 *
 * G0, G1, G-single, G2-item and G2 are Adya's (Weak Consistency, 1999, chapters 3 and 4), OTV and PMP those of Bailis and
 * others (Highly Available Transactions, 2013, appendix A), P4 that of Berenson and others (A Critique of ANSI SQL
 * Isolation Levels, 1995), with both writers committed.
 */
export function findAnomalies(history: History): Anomaly[] {
  const { dependencies } = history
  const of = (kind: Dependency['kind']): Dependency[] => dependencies.filter((each) => each.kind === kind)
  const rw = of('rw')
  const wr = of('wr')
  return [
    cyclic('G0', cycleThrough(dependencies, of('ww'), ['ww'])),
    dirty('G1a', history, 'aborted'),
    dirty('G1b', history, 'intermediate'),
    cyclic('G1c', cycleThrough(dependencies, wr, ['ww', 'wr'])),
    cyclic('OTV', pairOf(wr, rw, vanishes)),
    cyclic('PMP', pairOf(rw, wr, meetsOthers)),
    cyclic('P4', pairOf(rw, of('ww'), overwrites)),
    cyclic('G-single', cycleThrough(dependencies, rw, ['ww', 'wr'])),
    cyclic('G2-item', cycleThrough(dependencies, rw.filter(readsTheRow), ['ww', 'wr', 'rw'])),
    cyclic('G2', cycleThrough(dependencies, rw, ['ww', 'wr', 'rw'])),
  ].filter((anomaly) => anomaly !== undefined)
}

/** The reader saw the writer's effect on one row, and later a row without it. */
function vanishes(wr: Dependency, rw: Dependency): boolean {
  return (rw.read?.position ?? 0) > (wr.read?.position ?? 0)
}

/** The writer changed for two conditions alike whether the row meets them, and the reader evaluated one without, one with it. */
function meetsOthers(rw: Dependency, wr: Dependency): boolean {
  if (rw.row !== wr.row || rw.read === undefined || wr.read === undefined) return false
  const { met } = rw.read
  return (
    rw.read.position !== wr.read.position &&
    met.before !== met.after &&
    met.before === wr.read.met.before &&
    met.after === wr.read.met.after
  )
}

function overwrites(rw: Dependency, ww: Dependency): boolean {
  return rw.row === ww.row && readsTheRow(rw)
}

function readsTheRow({ read }: Dependency): boolean {
  return read?.through === 'row'
}

/** Two dependencies between the same two transactions, one in each direction. */
function pairOf(
  firsts: readonly Dependency[],
  seconds: readonly Dependency[],
  fit: (first: Dependency, second: Dependency) => boolean,
): readonly Dependency[] | undefined {
  for (const first of firsts) {
    const second = seconds.find((each) => each.from === first.to && each.to === first.from && fit(first, each))
    if (second !== undefined) return [first, second]
  }
  return undefined
}

function cyclic(name: AnomalyName, cycle: readonly Dependency[] | undefined): Anomaly | undefined {
  if (cycle === undefined) return undefined
  return {
    name,
    transactions: cycle.map(({ from }) => from),
    evidence: cycle.map(({ words }) => words).join('; '),
  }
}

function dirty(name: AnomalyName, { dirtyReads }: History, kind: DirtyRead['kind']): Anomaly | undefined {
  const read = dirtyReads.find((each) => each.kind === kind)
  if (read === undefined) return undefined
  return { name, transactions: [read.writer, read.reader], evidence: read.words }
}
