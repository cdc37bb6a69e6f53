import type { MachinePlan } from './machine.ts'
import type { MachineRun } from './machine-run.ts'

/** Words with a meaning of their own in a state diagram. */
const RESERVED =
  /^(state|note|end|direction|class|classDef|style|default|as|fork|join|choice|hide|accTitle|accDescr|stateDiagram)$/i

/**
 * A machine as a Mermaid state diagram: https://mermaid.js.org/syntax/stateDiagram.html. Transitions are those that
 * handlers declare, and those that the run made.
 */
export function toMermaid(plan: MachinePlan, run?: MachineRun): string {
  const transitions = new Map<string, Set<string>>()
  for (const [state, handler] of plan.handlers) transitions.set(state, new Set(handler.to))
  for (const { state, next } of run?.history ?? []) {
    if (next !== undefined) transitions.set(state, (transitions.get(state) ?? new Set()).add(next))
  }
  const states = new Set([...transitions].flatMap(([state, to]) => [state, ...to]))
  const ids = new Map([...states].map((state, index) => [state, idOf(state, index)]))
  const id = (state: string): string => ids.get(state) ?? state
  const lines = ['stateDiagram-v2', '  direction LR']
  for (const state of states) {
    const label = labelOf(state, plan)
    if (label !== id(state)) lines.push(`  state "${escaped(label)}" as ${id(state)}`)
  }
  if (plan.initial !== undefined) lines.push(`  [*] --> ${id(plan.initial)}`)
  for (const [state, to] of transitions) {
    for (const next of to) {
      const guarded = plan.handlers.get(state)?.guards?.has(next) === true ? ': guarded' : ''
      lines.push(`  ${id(state)} --> ${id(next)}${guarded}`)
    }
    if (to.size === 0 && state !== plan.completed && state !== plan.error) {
      lines.push(`  note right of ${id(state)}: its handler decides where it goes`)
    }
  }
  for (const end of [plan.completed, plan.error]) if (states.has(end)) lines.push(`  ${id(end)} --> [*]`)
  return lines.join('\n')
}

function idOf(state: string, index: number): string {
  return /^[A-Za-z_]\w*$/.test(state) && !RESERVED.test(state) ? state : `state_${index}`
}

/** The display name, and the handler where it has a name of its own. */
function labelOf(state: string, plan: MachinePlan): string {
  const handler = plan.handlers.get(state)
  const shown = handler?.displayName ?? state
  return handler === undefined || handler.name === state || handler.name === shown
    ? shown
    : `${shown} (${handler.name})`
}

function escaped(label: string): string {
  return label.replaceAll('"', '#quot;').replace(/\s+/g, ' ')
}
