import { TidbTestError } from '../errors/tidb-test-error.ts'
import type { IsolationSetting } from './isolation-setting.ts'
import type { IsolationSpec } from './spec.ts'

/** Sessions by name, each with its steps by name, in their order. */
export type SessionSteps = Readonly<Record<string, Readonly<Record<string, string>>>>

/** `'alice.begin'`: the name of a step. */
export type StepName<S extends SessionSteps> = {
  [Session in keyof S & string]: `${Session}.${keyof S[Session] & string}`
}[keyof S & string]

/** A step in a permutation: by its name, or with a marker as in isolationtester: `'bob.add(*)'`, `'bob.add(alice.commit)'`. */
export type MarkedStep<S extends SessionSteps> = StepName<S> | `${StepName<S>}(${'*' | StepName<S>})`

export interface ScenarioOptions<S extends SessionSteps> extends IsolationSetting {
  /** Runs once, before the first schedule; what it makes is brought back before each further one. */
  readonly setup?: readonly string[]
  /** Runs once, at the end of the test. */
  readonly teardown?: readonly string[]
  readonly sessions: S
  /** Queries by name, whose rows every report ends with: they see what the schedule has left. */
  readonly afterwards?: Readonly<Record<string, string>>
  /**
   * Milliseconds that a blocked step is given to end by itself, by a lock wait timeout for one, where nothing else can go
   * on; 0 when not given: such a schedule is refused.
   */
  readonly patience?: number
  /**
   * Whether the anomalies are looked for that each schedule shows; false when not given. `toPrevent` and `toAllow` see to
   * it where they are given the promise: it is for reports that were awaited before.
   */
  readonly detect?: boolean
}

/** @throws TidbTestError `ISOLATION_SPEC` */
export function specOf(options: ScenarioOptions<SessionSteps>): IsolationSpec {
  const { setup = [], teardown = [], sessions, afterwards = {} } = options
  for (const [what, statements] of Object.entries({ setup, teardown })) {
    if (!Array.isArray(statements)) throw wrong(`${what} is no array of statements`)
  }
  if (Object.keys(sessions).length === 0) throw wrong('it has no sessions')
  return {
    setup,
    teardown,
    sessions: Object.entries(sessions).map(([name, steps]) => {
      if (!NAME.test(name)) throw wrong(`'${name}' can't be the name of a session`, NAMES)
      if (name === AFTERWARDS) throw wrong(`'${AFTERWARDS}' can't be the name of a session`)
      if (Object.keys(steps).length === 0) throw wrong(`session ${name} has no steps`)
      return { name, setup: [], teardown: [], steps: stepsOf(name, steps) }
    }),
    afterwards: stepsOf(AFTERWARDS, afterwards),
  }
}

const AFTERWARDS = 'afterwards'
const NAME = /^[\p{L}_][\p{L}\p{N}_ -]*$/u
const NAMES = 'Names begin with a letter and hold letters, digits, blanks, - and _.'

function stepsOf(session: string, steps: Readonly<Record<string, string>>): IsolationSpec['sessions'][number]['steps'] {
  // JavaScript puts keys that are whole numbers first, whatever their place.
  return Object.entries(steps).map(([name, sql]) => {
    if (!NAME.test(name)) throw wrong(`'${name}' can't be the name of a step of ${session}`, NAMES)
    if (typeof sql !== 'string' || sql.trim() === '') throw wrong(`the step ${session}.${name} has no SQL`)
    return { name, sql }
  })
}

function wrong(problem: string, remedy?: string): TidbTestError {
  return new TidbTestError(
    'ISOLATION_SPEC',
    `the isolation test is not valid: ${problem}`,
    remedy === undefined ? {} : { remedy },
  )
}
