import type { MachineRun } from './machine-run.ts'

/** The path of a run as a line of states with times: `initial 0.1 ms → loading 2.4 ms ✗ execute → Error`. */
export function formatPath(run: MachineRun): string {
  return run.history
    .map((visit, index) => {
      const broke =
        visit.phase === undefined ? '' : ` ✗ ${visit.outcome === 'failed' ? '' : `${visit.outcome} in `}${visit.phase}`
      const last = index === run.history.length - 1 && visit.handler === undefined
      return `${visit.state}${last ? '' : ` ${formatMilliseconds(visit.milliseconds)}`}${broke}`
    })
    .join(' → ')
}

function formatMilliseconds(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1_000).toFixed(2)} s`
}
