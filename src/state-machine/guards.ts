import type { MachineHandler } from './machine.ts'
import { closedTransition, noOpenTransition } from './state-errors.ts'

/** The states that a handler may go to now. */
export function openTransitions(handler: MachineHandler, data: unknown): readonly string[] {
  return (handler.to ?? []).filter((next) => handler.guards?.get(next)?.(data) ?? true)
}

/**
 * Where a handler that has guards goes: to the state that it chose, or, when it chose none, to the first that is open.
 *
 * @throws StateError `STATE_GUARD_CLOSED`, `STATE_GUARDS_CLOSED`; what a guard throws
 */
export function guardedChoice(
  state: string,
  chosen: string | undefined,
  handler: MachineHandler,
  data: unknown,
): string {
  if (chosen !== undefined && handler.guards?.has(chosen) !== true) return chosen
  const open = openTransitions(handler, data)
  if (chosen !== undefined && !open.includes(chosen)) throw closedTransition(state, chosen, open)
  const next = chosen ?? open[0]
  if (next === undefined) throw noOpenTransition(state, handler.to ?? [])
  return next
}
