import { checkSchedule, type CheckOptions } from './check-schedule.ts'
import { PreparedSpec, type NextStep, type RunOptions } from './prepared-spec.ts'
import type { IsolationReport } from './report.ts'
import type { Schedule } from './schedule.ts'
import type { IsolationSpec } from './spec.ts'
import type { Stage } from './stage.ts'

/**
 * Runs one schedule of a spec on a clean database, set-up and teardown included.
 *
 * @throws TidbTestError `ISOLATION_SCHEDULE`, `ISOLATION_SESSION_BLOCKED`, `ISOLATION_STUCK`, `ISOLATION_MARKERS`,
 *   `ISOLATION_SETTING`; StatementError when a set-up or teardown fails. What a step fails with is in the report.
 */
export async function runSchedule(
  stage: Stage,
  spec: IsolationSpec,
  schedule: Schedule,
  { order = 'session', ...options }: RunOptions & Partial<CheckOptions> = {},
): Promise<IsolationReport> {
  checkSchedule(spec, schedule, { order })
  const prepared = await PreparedSpec.open(stage, spec)
  try {
    return await prepared.run(inOrder(schedule), options)
  } finally {
    await prepared.close()
  }
}

/** The steps of a schedule, one after another. */
export function inOrder(schedule: Schedule): NextStep {
  let sent = 0
  return () => schedule[sent++]
}
