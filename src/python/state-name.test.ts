import { expect, test } from 'vitest'
import { canonicalState, chosenState, isErrorState } from './state-name.ts'

test.for([
  ['Connecting to TiDB', 'Connecting'],
  ['connecting', 'Connecting'],
  ['CONNECTING', 'Connecting'],
  ['parsing_config', 'ParsingConfig'],
  ['showing_import_job_details', 'ShowingImportJobDetails'],
  ['completed', 'Completed'],
  ['a state of its own', 'a state of its own'],
] as const)("'%s', a spelling seen in the wild, is taken as the state '%s'", ([spelling, state]) => {
  expect(canonicalState(spelling)).toBe(state)
})

test('an error state is one that PyState.error makes, however it is spelled', () => {
  for (const state of ['Error: m', 'error: m', 'ERROR', ' Error - m']) expect(isErrorState(state), state).toBe(true)
  for (const state of ['Completed', 'error_handling', 'NoError']) expect(isErrorState(state), state).toBe(false)
})

test('of the states that a machine may go to, the one that is meant is taken', () => {
  expect(chosenState('Testing_Connection', ['testing_connection', 'completed'])).toBe('testing_connection')
  expect(chosenState('Connecting to TiDB', ['connecting'])).toBe('connecting')
  expect(chosenState('COMPLETED', ['Completed'])).toBe('Completed')
  expect(chosenState('elsewhere', ['completed'])).toBe('elsewhere')
})
