/**
 * What transactions that run at once may do to each other, by the names of Adya's thesis (G0 to G2, 1999), of Berenson's
 * critique of the SQL levels (P4, 1995) and of Bailis' Highly Available Transactions (OTV, PMP, 2013). From weak to strong:
 * who prevents a later one need not prevent an earlier one, but for G0, G1 and G2, where each holds the ones before.
 */
export const anomalyNames = ['G0', 'G1a', 'G1b', 'G1c', 'OTV', 'PMP', 'P4', 'G-single', 'G2-item', 'G2'] as const

export type AnomalyName = (typeof anomalyNames)[number]

/** In a few words, for messages and help. */
export const anomalyMeanings: Readonly<Record<AnomalyName, string>> = {
  G0: 'dirty write: each of two transactions overwrites what the other has written',
  G1a: 'aborted read: what is read was rolled back',
  G1b: 'intermediate read: what is read was overwritten before its transaction committed',
  G1c: 'circular information flow: each of two transactions reads what the other writes',
  OTV: 'observed transaction vanishes: after its effects were seen, older ones are',
  PMP: 'predicate-many-preceders: a condition that is evaluated twice meets other rows',
  P4: 'lost update: what was read is overwritten although somebody else has changed it since',
  'G-single': 'read skew: a transaction sees one part of what another did, and misses another part',
  'G2-item': 'write skew: each transaction changes a row that another one has read',
  G2: 'anti-dependency cycle: as write skew, with conditions whose rows others add or change',
}

/** An anomaly that a schedule has shown. */
export interface Anomaly {
  readonly name: AnomalyName
  /** The transactions that take part, such as `alice` or, of several of hers, `alice's second transaction`. */
  readonly transactions: readonly string[]
  /** What was seen, in words: the cycle with the steps that form it. */
  readonly evidence: string
}
