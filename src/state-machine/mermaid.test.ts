import { expect, test } from 'vitest'
import { DynamicMachine } from './dynamic-machine.ts'
import { runMachine } from './run-machine.ts'
import { TypedMachine } from './typed-machine.ts'

test('a dynamic machine is drawn with its states, handlers and declared transitions', () => {
  const machine = new DynamicMachine()
    .register('creating table', { name: 'createTable', to: ['note', 'error'], execute: () => 'note' })
    .register('note', { displayName: 'Writes "a" note', to: ['completed'], execute: () => 'completed' })
  expect(machine.toMermaid()).toBe(
    `
stateDiagram-v2
  direction LR
  state "creating table (createTable)" as state_0
  state "Writes #quot;a#quot; note" as state_1
  [*] --> state_0
  state_0 --> state_1
  state_0 --> error
  state_1 --> completed
  completed --> [*]
  error --> [*]`.trim(),
  )
})

test('a typed machine is drawn with the transitions that a run made', async () => {
  const machine = new TypedMachine({ initial: () => 'loading', loading: () => 'Completed' })
  expect(machine.toMermaid()).toContain('note right of loading: its handler decides where it goes')
  expect(machine.toMermaid(await runMachine(machine, { context: {} }))).toBe(
    `
stateDiagram-v2
  direction LR
  [*] --> initial
  initial --> loading
  loading --> Completed
  Completed --> [*]`.trim(),
  )
})
