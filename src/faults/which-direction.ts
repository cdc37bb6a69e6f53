import type { Direction, Flow } from './fault.ts'

export interface DirectionOption {
  /** What it happens to: what the client sends, what the server answers, or `both`, when nothing is said. */
  readonly direction?: Direction | 'both'
}

export function goesThere(flow: Flow, direction: DirectionOption['direction']): boolean {
  return direction === undefined || direction === 'both' || direction === flow.direction
}
