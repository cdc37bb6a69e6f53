import type { Dependency } from './history.ts'

/** The shortest way from one transaction to another along dependencies of the given kinds; undefined when there is none. */
function pathBetween(
  dependencies: readonly Dependency[],
  from: string,
  to: string,
  kinds: readonly Dependency['kind'][],
): readonly Dependency[] | undefined {
  const arrivedBy = new Map<string, Dependency>()
  const queue = [from]
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const dependency of dependencies) {
      if (dependency.from !== at || !kinds.includes(dependency.kind)) continue
      if (dependency.to === to) return [...wayTo(at, from, arrivedBy), dependency]
      if (dependency.to === from || arrivedBy.has(dependency.to)) continue
      arrivedBy.set(dependency.to, dependency)
      queue.push(dependency.to)
    }
  }
  return undefined
}

/** A cycle that begins with one of the given dependencies and goes on along others of the given kinds. */
export function cycleThrough(
  dependencies: readonly Dependency[],
  firsts: readonly Dependency[],
  kinds: readonly Dependency['kind'][],
): readonly Dependency[] | undefined {
  return firsts
    .flatMap((first) => {
      const back = pathBetween(dependencies, first.to, first.from, kinds)
      return back === undefined ? [] : [[first, ...back]]
    })
    .toSorted((left, right) => left.length - right.length)[0]
}

function wayTo(at: string, from: string, arrivedBy: ReadonlyMap<string, Dependency>): Dependency[] {
  const way: Dependency[] = []
  for (let back = at; back !== from;) {
    const dependency = arrivedBy.get(back)
    if (dependency === undefined) break
    way.unshift(dependency)
    back = dependency.from
  }
  return way
}
