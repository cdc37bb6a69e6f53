import { messageOf, TidbTestError } from '../errors/tidb-test-error.ts'
import {
  describeSetting,
  type IsolationLevel,
  type IsolationSetting,
  type TransactionMode,
} from './isolation-setting.ts'

/** What is combined: every level with every mode with every set of variables that is given. */
export interface MatrixAxes {
  readonly level?: readonly IsolationLevel[]
  readonly mode?: readonly TransactionMode[]
  readonly variables?: readonly NonNullable<IsolationSetting['variables']>[]
}

/** All combinations, levels first. @throws TidbTestError `ISOLATION_MATRIX` for an empty one */
function combinations({ level, mode, variables }: MatrixAxes): IsolationSetting[] {
  const all = axis('level', level).flatMap((first) =>
    axis('mode', mode).flatMap((second) =>
      axis('variables', variables).map((third): IsolationSetting => ({ ...first, ...second, ...third })),
    ),
  )
  if (all.length === 0) throw new TidbTestError('ISOLATION_MATRIX', 'the matrix has an axis without values')
  return all
}

function axis<K extends keyof IsolationSetting>(
  name: K,
  values: readonly NonNullable<IsolationSetting[K]>[] | undefined,
): IsolationSetting[] {
  return values === undefined ? [{}] : values.map((value) => ({ [name]: value }))
}

/** Does something in every combination, one after another, whichever fails. */
export async function runMatrix(axes: MatrixAxes, body: (setting: IsolationSetting) => Promise<void>): Promise<void> {
  const all = combinations(axes)
  const failures: { readonly setting: string; readonly error: unknown }[] = []
  for (const setting of all) {
    try {
      await body(setting)
    } catch (error) {
      failures.push({ setting: describeSetting(setting), error })
    }
  }
  const [first] = failures
  if (first === undefined) return
  if (failures.length === 1) throw named(first)
  const lines = failures.map(({ setting, error }) => `  ${setting}: ${firstLine(messageOf(error))}`)
  throw new TidbTestError(
    'ISOLATION_MATRIX',
    [`failed in ${failures.length} of ${all.length} combinations:`, ...lines].join('\n'),
    { cause: named(first) },
  )
}

function named({ setting, error }: { readonly setting: string; readonly error: unknown }): unknown {
  if (!(error instanceof Error)) return error
  const { message, stack } = error
  error.message = `in ${setting}: ${message}`
  if (stack?.includes(message) === true) error.stack = stack.replace(message, () => error.message)
  return error
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
