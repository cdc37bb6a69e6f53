import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { BackendError } from './backend-error.ts'
import { CircuitOpenError } from './circuit-open-error.ts'
import { ConfigError } from './config-error.ts'
import { ConnectError } from './connect-error.ts'
import { CoordinationError } from './coordination-error.ts'
import { DatabaseError } from './database-error.ts'
import { FaultError } from './fault-error.ts'
import { formatError } from './format-error.ts'
import * as guards from './guards.ts'
import { ImportError } from './import-error.ts'
import { outcomeOfError } from './outcome-of-error.ts'
import { PythonError } from './python-error.ts'
import { StateError } from './state-error.ts'
import { StatementError } from './statement-error.ts'
import { addContext, addRemark, isTidbTestError, TidbTestError } from './tidb-test-error.ts'

const statement = { sql: 'UPDATE account SET balance = ?', session: 'alice', endpoint: '127.0.0.1:4000' }
const deadlock = () =>
  new StatementError({ errno: 1213, code: 'ER_LOCK_DEADLOCK', sqlMessage: 'Deadlock found' }, statement)

const errors = {
  isBackendError: new BackendError('BACKEND_X', 'x'),
  isCircuitOpenError: new CircuitOpenError({ name: 'x', failures: 3, retryAfter: 10 }, undefined),
  isConfigError: new ConfigError('CONFIG_X', 'x'),
  isConnectError: new ConnectError('CONNECT_X', 'x'),
  isCoordinationError: new CoordinationError('COORDINATION_X', 'x'),
  isDatabaseError: new DatabaseError('DATABASE_X', 'x'),
  isFaultError: new FaultError('FAULT_X', 'x'),
  isImportError: new ImportError('IMPORT_X', 'x'),
  isPythonError: new PythonError('PYTHON_X', 'x'),
  isStateError: new StateError('STATE_X', 'x'),
  isStatementError: deadlock(),
}

describe('guards', () => {
  test('each knows its own class and no other', () => {
    for (const [name, guard] of Object.entries(guards)) {
      const known = Object.entries(errors).flatMap(([own, error]) => (guard(error) ? [own] : []))
      expect(known).toEqual([name])
    }
  })

  test('know the errors of another copy of the package, which instanceof does not', async () => {
    const copy = './state-error.ts?another-copy'
    const other = (await import(/* @vite-ignore */ copy)) as { StateError: typeof StateError }
    const error = new other.StateError('STATE_X', 'x')
    expect(error instanceof StateError).toBe(false)
    expect(isTidbTestError(error)).toBe(true)
    expect(guards.isStateError(error)).toBe(true)
    expect(guards.isConnectError(error)).toBe(false)
  })

  test('know derived classes, and nothing that is no error of the toolkit', () => {
    class OwnError extends StateError {}
    expect(guards.isStateError(new OwnError('STATE_X', 'x'))).toBe(true)
    for (const value of [undefined, null, 'STATE_X', { kind: 'state' }, new Error('x'), new TidbTestError('X', 'x')]) {
      expect(Object.values(guards).some((guard) => guard(value))).toBe(false)
    }
  })
})

describe('context', () => {
  test('is kept when layers add theirs on the way, and what was seen from nearer stays', () => {
    const error = deadlock()
    expect(addContext(error, { attempt: 2, session: 'another', state: undefined })).toBe(error)
    addContext(error, { attempt: 3, operation: 'transaction', state: 'withdrawing' })
    expect(error.context).toEqual({
      operation: 'transaction > statement',
      endpoint: '127.0.0.1:4000',
      session: 'alice',
      sql: 'UPDATE account SET balance = ?',
      attempt: 2,
      state: 'withdrawing',
    })
  })

  test('leaves errors of others alone, whatever they are', () => {
    const frozen = Object.freeze(new Error('theirs'))
    expect(addContext(frozen, { attempt: 1 })).toBe(frozen)
    expect(addRemark(frozen, 'tried').message).toBe('theirs')
    expect(addContext('a string', { attempt: 1 })).toBe('a string')
  })

  test('a remark stands in the message and in the stack, and the stack keeps its frames', () => {
    const error = new StateError('STATE_X', 'it broke: $& $1')
    const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line))
    addRemark(error, 'Tried 3 times.')
    expect(error.message).toBe('it broke: $& $1\n  Tried 3 times.')
    expect(error.stack).toContain('it broke: $& $1\n  Tried 3 times.\n')
    expect(error.stack?.split('\n').filter((line) => /^\s+at /.test(line))).toEqual(frames)
  })

  test('is shown by inspect too, without what only tells classes apart', () => {
    const shown = inspect(addContext(deadlock(), { attempt: 2 }))
    expect(shown).toContain('attempt: 2')
    expect(shown).not.toContain('kind')
  })
})

describe('formatError', () => {
  test('shows code, remedy, context, and every cause under what it caused', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const connect = new ConnectError('CONNECT_REFUSED', 'cannot connect', {
      cause: refused,
      remedy: 'Is TiDB running there?',
      context: { endpoint: '127.0.0.1:4000', user: 'root' },
    })
    const error = addContext(new StateError('STATE_FAILED', 'the machine failed', { cause: connect }), {
      state: 'connecting',
      operation: 'run',
    })
    expect(formatError(error)).toBe(
      [
        'StateError STATE_FAILED: the machine failed',
        '  (operation: run, state: connecting)',
        '  caused by ConnectError CONNECT_REFUSED: cannot connect',
        '    Is TiDB running there?',
        '    (endpoint: 127.0.0.1:4000, user: root)',
        '    caused by Error: connect ECONNREFUSED',
      ].join('\n'),
    )
  })

  test('shows all of several errors, and ends where errors cause each other', () => {
    const first = new Error('first')
    const second = new Error('second', { cause: first })
    first.cause = second
    const lines = formatError(new AggregateError([first, 'no error at all'], 'both')).split('\n')
    expect(lines).toEqual([
      'AggregateError: both',
      '  caused by Error: first',
      '    caused by Error: second',
      '      caused by (the same error again)',
      '  caused by no error at all',
    ])
  })
})

describe('outcomeOfError', () => {
  test('finds the outcome in the chain of causes; unknown beats all', () => {
    const unknown = new StatementError(Object.assign(new Error('gone'), { fatal: true }), {
      sql: 'COMMIT',
      session: 'db',
    })
    expect(outcomeOfError(new Error('wrapped', { cause: deadlock() }))).toBe('transient')
    expect(outcomeOfError(new AggregateError([deadlock(), unknown]))).toBe('unknown')
    expect(outcomeOfError(new Error('nothing known'))).toBeUndefined()
    expect(outcomeOfError('no error')).toBeUndefined()
  })
})
