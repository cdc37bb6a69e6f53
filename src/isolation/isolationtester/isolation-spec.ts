import type { Schedule } from '../schedule.ts'
import type { IsolationSpec } from '../spec.ts'
import type { Permutation, SpecFile, SqlBlock } from './spec-file.ts'

/** A spec file as what the explorer runs. */
export function isolationSpecOf({ setup, teardown, sessions }: SpecFile): IsolationSpec {
  return {
    setup: setup.map(({ sql }) => sql),
    teardown: sqlOf(teardown),
    sessions: sessions.map((session) => ({
      name: session.name,
      setup: sqlOf(session.setup),
      teardown: sqlOf(session.teardown),
      steps: session.steps.map(({ name, block, at }) => ({ name, sql: block.sql, line: at.line })),
    })),
  }
}

function sqlOf(block: SqlBlock | undefined): string[] {
  return block === undefined ? [] : [block.sql]
}

/** A permutation of the file, all of whose steps and markers are known, as a schedule. */
export function scheduleOf({ sessions }: SpecFile, { steps }: Permutation): Schedule {
  const sessionOf = new Map(sessions.flatMap(({ name, steps: own }) => own.map((step) => [step.name, name])))
  const placed = (step: string): { session: string; step: string } => ({ session: sessionOf.get(step) ?? '', step })
  return steps.map(({ name, markers }) => ({
    ...placed(name),
    markers: markers.map((marker) =>
      marker.kind === 'once' ? { kind: 'waiting' as const } : { kind: 'after' as const, ...placed(marker.step) },
    ),
  }))
}
