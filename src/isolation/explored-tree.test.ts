import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExploredTree } from './explored-tree.ts'
import { countInterleavings, interleavings, preemptionsOf } from './interleavings.ts'
import { printStep, type Schedule, type ScheduledStep } from './schedule.ts'
import type { ScheduleRun } from './schedule-run.ts'
import type { IsolationSpec } from './spec.ts'

/** Sessions that lock and unlock: the letter of a lock takes it, `end` gives all back. */
type Locking = readonly (readonly string[])[]

const specOf = (locking: Locking): IsolationSpec => ({
  setup: [],
  teardown: [],
  sessions: locking.map((locks, session) => ({
    name: `s${session}`,
    setup: [],
    teardown: [],
    steps: [...locks.map((lock, index) => ({ name: `${lock}${index}`, sql: lock })), { name: 'end', sql: 'end' }],
  })),
})

/** What a server with exclusive locks would do, where locks are taken in one order so that there is no deadlock. */
class Locks {
  readonly schedule: ScheduledStep[] = []
  readonly #holder = new Map<string, string>()
  readonly #waiting: { readonly session: string; readonly lock: string }[] = []

  isBlocked(session: string): boolean {
    return this.#waiting.some((each) => each.session === session)
  }

  send(step: ScheduledStep): void {
    this.schedule.push(step)
    if (step.step !== 'end') return this.#take(step.session, step.step[0] ?? '')
    for (const [lock, holder] of this.#holder) if (holder === step.session) this.#holder.delete(lock)
    for (const { session, lock } of this.#waiting.splice(0)) this.#take(session, lock)
  }

  #take(session: string, lock: string): void {
    const holder = this.#holder.get(lock) ?? session
    if (holder === session) this.#holder.set(lock, session)
    else this.#waiting.push({ session, lock })
  }
}

/** Whether a schedule can be run: no step comes while its session waits. */
function possible(schedule: Schedule): boolean {
  const locks = new Locks()
  return schedule.every((step) => {
    if (locks.isBlocked(step.session)) return false
    locks.send(step)
    return true
  })
}

async function explore(tree: ExploredTree): Promise<string[]> {
  const found: string[] = []
  while (!tree.exhausted) {
    const locks = new Locks()
    const way = tree.descend()
    const next = () => way.next(locks as unknown as ScheduleRun)
    for (let step = await next(); step !== undefined; step = await next()) locks.send(step)
    way.ended()
    found.push(locks.schedule.map(printStep).join(' '))
  }
  return found
}

const locking = fc.array(fc.subarray(['a', 'b'], { minLength: 0 }), { minLength: 1, maxLength: 3 })
const texts = (schedules: readonly Schedule[]) => schedules.map((schedule) => schedule.map(printStep).join(' '))

test('exactly those interleavings are found that can be run, each once, and the others are counted', async () => {
  await fc.assert(
    fc.asyncProperty(locking, async (locks) => {
      const spec = specOf(locks)
      const tree = new ExploredTree({ spec, preemptions: Infinity, choose: ([first = '']) => first })
      const found = await explore(tree)
      const expected = texts([...interleavings(spec)].filter(possible))
      expect(found).toEqual(expected)
      const total = countInterleavings(spec.sessions.map(({ steps }) => steps.length))
      expect(BigInt(found.length) + tree.blocked).toBe(total)
    }),
  )
})

test('in whichever way it is chosen, the same ones are found', async () => {
  await fc.assert(
    fc.asyncProperty(locking, fc.infiniteStream(fc.nat()), async (locks, numbers) => {
      const spec = specOf(locks)
      const choose = (sessions: readonly string[]) => sessions[(numbers.next().value as number) % sessions.length] ?? ''
      const found = await explore(new ExploredTree({ spec, preemptions: Infinity, choose }))
      expect(found.toSorted()).toEqual(texts([...interleavings(spec)].filter(possible)).toSorted())
    }),
  )
})

test('a bound on preemptions counts no switch away from a session that is blocked', async () => {
  await fc.assert(
    fc.asyncProperty(locking, fc.integer({ min: 0, max: 3 }), async (locks, preemptions) => {
      const spec = specOf(locks)
      const tree = new ExploredTree({ spec, preemptions, choose: ([first = '']) => first })
      const found = await explore(tree)
      const all = [...interleavings(spec)].filter(possible)
      const few = all.filter((schedule) => preemptionsOf(spec, schedule) <= preemptions)
      expect(texts(all)).toEqual(expect.arrayContaining(found))
      expect(found).toEqual(expect.arrayContaining(texts(few)))
      const total = countInterleavings(spec.sessions.map(({ steps }) => steps.length))
      expect(BigInt(found.length) + tree.blocked + tree.beyond).toBe(total)
    }),
  )
})
