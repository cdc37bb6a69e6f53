import type { Fault } from '../fault.ts'

/** New connections are refused, as by a machine on which nothing listens. Open ones go on. */
export function refuse(): Fault {
  let happened = 0
  return {
    name: 'refuse()',
    get happened() {
      return happened
    },
    async begin({ listen }) {
      await listen(false)
      happened++
      return () => listen(true)
    },
  }
}
