import { countInterleavings } from './interleavings.ts'
import type { ScheduledStep } from './schedule.ts'
import type { ScheduleRun } from './schedule-run.ts'
import type { IsolationSpec } from './spec.ts'

interface Node {
  /** By session. */
  readonly children: Map<string, Node>
  /** Every schedule that begins in this way has run. */
  exhausted: boolean
}

export interface TreeOptions {
  readonly spec: IsolationSpec
  readonly preemptions: number
  /** Chooses among sessions, of which each has a weight: its steps that are left. */
  readonly choose: (sessions: readonly string[], weights: readonly number[]) => string
}

/**
 * Which schedules have run, as a tree of choices. The next one is found while it runs: at each step some session that is
 * not blocked goes on, in a way that was not gone before. So every schedule that the server lets run is run once, and of
 * the others nothing is tried.
 */
export class ExploredTree {
  readonly #options: TreeOptions
  readonly #root: Node = { children: new Map(), exhausted: false }
  #blocked = 0n
  #beyond = 0n

  constructor(options: TreeOptions) {
    this.#options = options
  }

  get exhausted(): boolean {
    return this.#root.exhausted
  }

  /** Schedules that can't be run, as a session was blocked where it would have to go on. */
  get blocked(): bigint {
    return this.#blocked
  }

  /** Schedules with more preemptions than were asked for. */
  get beyond(): bigint {
    return this.#beyond
  }

  /** A way that was not gone before; say `ended()` when it is at its end. */
  descend(): { next: (run: ScheduleRun) => Promise<ScheduledStep | undefined>; ended: () => void } {
    const { spec, preemptions, choose } = this.#options
    const left = new Map(spec.sessions.map(({ name, steps }) => [name, [...steps]]))
    const path: { readonly node: Node; readonly open: readonly string[] }[] = []
    let node = this.#root
    let last: string | undefined
    let preempted = 0
    const count = (session: string): number => left.get(session)?.length ?? 0
    return {
      next: async (run) => {
        const unfinished = [...left.keys()].filter((session) => count(session) > 0)
        if (unfinished.length === 0) return undefined
        const ready = await readyOf(run, unfinished)
        const goesOn = last !== undefined && ready.includes(last)
        const open = goesOn && preempted >= preemptions ? [last as string] : ready
        if (node.children.size === 0) this.#count(left, unfinished, ready, open)
        const fresh = open.filter((session) => node.children.get(session)?.exhausted !== true)
        const among = fresh.length > 0 ? fresh : open
        const session = choose(among, among.map(count))
        if (goesOn && session !== last) preempted++
        path.push({ node, open })
        node = childOf(node, session)
        last = session
        return { session, step: left.get(session)?.shift()?.name ?? '' }
      },
      ended: () => {
        node.exhausted = true
        for (const { node: above, open } of path.toReversed()) {
          above.exhausted = open.every((session) => above.children.get(session)?.exhausted === true)
        }
      },
    }
  }

  #count(
    left: ReadonlyMap<string, readonly unknown[]>,
    unfinished: readonly string[],
    ready: readonly string[],
    open: readonly string[],
  ): void {
    for (const session of unfinished) {
      if (open.includes(session)) continue
      const rest = [...left].map(([name, steps]) => (name === session ? steps.length - 1 : steps.length))
      if (ready.includes(session)) this.#beyond += countInterleavings(rest)
      else this.#blocked += countInterleavings(rest)
    }
  }
}

/** Sessions that can take a step. @throws TidbTestError `ISOLATION_STUCK` when none can */
async function readyOf(run: ScheduleRun, unfinished: readonly string[]): Promise<string[]> {
  const ready = (): string[] => unfinished.filter((session) => !run.isBlocked(session))
  if (ready().length > 0) return ready()
  await run.settle()
  if (ready().length === 0) await run.finish()
  return ready()
}

function childOf(node: Node, session: string): Node {
  const known = node.children.get(session)
  if (known !== undefined) return known
  const child: Node = { children: new Map(), exhausted: false }
  node.children.set(session, child)
  return child
}
