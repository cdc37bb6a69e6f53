/** Whoever stands outside the tasks: the body of the test, which has the shared objects too. */
export const OUTSIDE = 'the test'

/** Who could end a wait: at least so many of these have yet to do something. */
export interface Needs {
  readonly of: readonly string[]
  readonly atLeast: number
}

/** A party as far as its waits matter. */
export interface Standing {
  readonly name: string
  /** Has ended: it will do nothing any more. */
  readonly gone: boolean
  /** What it waits for, any one of which lets it go on; empty while it does something else. */
  readonly waits: readonly Needs[]
}

/**
 * Names of those whose waits can't end any more, as whoever could end them is gone, or stuck as well.
 *
 * Whoever does something may do anything. Whoever waits can go on as soon as enough of those that it needs can; what is
 * left when nobody more can go on is stuck. Of these only the causes are named: whoever needs one of the gone, else
 * those who wait for each other in a circle. When they are told they do something again, which may help the rest.
 */
export function findStuck(parties: readonly Standing[]): readonly string[] {
  const stuck = allStuck(parties)
  const here = new Set(parties.flatMap(({ name, gone }) => (gone ? [] : [name])))
  const bereft = stuck.filter(({ waits }) => waits.every(({ of, atLeast }) => countIn(here, of) < atLeast))
  return (bereft.length > 0 ? bereft : circlesOf(stuck)).map(({ name }) => name)
}

function allStuck(parties: readonly Standing[]): readonly Standing[] {
  const waiting = parties.filter(({ gone, waits }) => !gone && waits.length > 0)
  const going = new Set(parties.filter(({ gone, waits }) => !gone && waits.length === 0).map(({ name }) => name))
  for (let before = -1; before < going.size;) {
    before = going.size
    for (const { name, waits } of waiting) {
      if (waits.some(({ of, atLeast }) => countIn(going, of) >= atLeast)) going.add(name)
    }
  }
  return waiting.filter(({ name }) => !going.has(name))
}

/** Those whom everybody that they need, however indirectly, needs in turn. */
function circlesOf(stuck: readonly Standing[]): readonly Standing[] {
  const reached = new Map(stuck.map((party) => [party.name, reachedFrom(party, stuck)]))
  return stuck.filter(({ name }) => [...(reached.get(name) ?? [])].every((other) => reached.get(other)?.has(name)))
}

function reachedFrom(party: Standing, stuck: readonly Standing[]): ReadonlySet<string> {
  const reached = new Set<string>()
  const visit = ({ waits }: Standing): void => {
    for (const next of stuck.filter(({ name }) => waits.some(({ of }) => of.includes(name)))) {
      if (reached.has(next.name)) continue
      reached.add(next.name)
      visit(next)
    }
  }
  visit(party)
  return reached
}

function countIn(names: ReadonlySet<string>, of: readonly string[]): number {
  return of.filter((name) => names.has(name)).length
}
