import type { Glance, ServerView } from './server-view.ts'
import type { StatementJudge } from './statement-judge.ts'
import type { Wait } from './wait.ts'

/** One look at the server for all of these statements together, and a closer one at those that seem to wait. */
export async function examine(
  view: ServerView,
  judges: readonly StatementJudge[],
): Promise<ReadonlyMap<StatementJudge, Wait | undefined>> {
  const glance = await view.glance({
    ddl: judges.some(({ isSchemaChange }) => isSchemaChange),
    userLocks: [...new Set(judges.flatMap(({ userLock }) => (userLock === undefined ? [] : [userLock])))],
  })
  const suspects = await suspectsOf(judges, glance)
  const evidence =
    suspects.length === 0
      ? undefined
      : await view.evidence(
          suspects.map(({ queries }) => queries),
          suspects.flatMap(({ judge }) => (judge.waitsUnproven ? [judge.connectionId] : [])),
        )
  return new Map(
    judges.map((judge) => {
      const index = suspects.findIndex((suspect) => suspect.judge === judge)
      return [judge, judge.judge(glance, index === -1 ? undefined : evidence, evidence?.held[index] ?? [])]
    }),
  )
}

async function suspectsOf(
  judges: readonly StatementJudge[],
  glance: Glance,
): Promise<{ judge: StatementJudge; queries: readonly string[] }[]> {
  const suspects = []
  for (const judge of judges) {
    const own = judge.suspect(glance)
    if (own !== undefined && judge.proven(glance) === undefined)
      suspects.push({ judge, queries: await judge.queries(own) })
  }
  return suspects
}
