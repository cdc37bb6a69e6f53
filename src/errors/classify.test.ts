import { describe, expect, test } from 'vitest'
import { outcomeOf } from './classify.ts'
import { isConnectingTransient, isUnavailable } from './retriable-errors.ts'

const answered = { lost: false, sql: 'UPDATE t SET v = 1', uncommitted: true }

/** What TiDB 8.5 itself takes to be worth trying again, by the function that says so. */
const TIDB_SAYS = {
  'IsTxnRetryableError, pkg/kv/error.go': [8022, 9007, 8005],
  'isTxnRetryableError, pkg/session/session.go': [8028],
  'IsRetryableError, pkg/util/dbutil/retry.go': [1213, 9001, 9003, 9004, 8027, 8028, 8005, 8022, 9007, 8245],
  'isSingleRetryableError, pkg/lightning/common/retry.go': [
    1213, 1205, 9007, 8005, 9001, 9002, 9003, 9004, 9005, 8027, 8028, 8022,
  ],
  'ReorgRetryableErrCodes, pkg/util/dbterror/ddl_terror.go': [9008, 9010, 9011, 9012, 9013],
}

describe('an error that the server sent', () => {
  test.for(Object.entries(TIDB_SAYS))('is transient where TiDB tries again: %s', ([, errnos]) => {
    for (const errno of errnos) expect([errno, outcomeOf(errno, answered)]).toEqual([errno, 'transient'])
  })

  test.for([
    ['a duplicate', 1062],
    ['a syntax error', 1064],
    ['an interrupted query', 1317],
    ['NOWAIT on a row that is locked', 3572],
    ['a transaction that is too large', 8004],
    ['a cancelled DDL job', 8214],
    ['a read of the past that is gone', 9006],
    ['an error without a number of its own', 1105],
  ] as const)('is permanent when it is %s', ([, errno]) => {
    expect(outcomeOf(errno, answered)).toBe('permanent')
  })

  test.for([
    ['[schema:1105]Information schema is changed during the execution of the statement', 1105],
    ['Information schema is out of date', 1105],
    ['transaction aborted because lazy uniqueness check is enabled: Write conflict [try again later]', 8147],
    ['pessimistic lock retry limit reached', 1105],
  ] as const)('is transient when it says so: %s', ([message, errno]) => {
    expect(outcomeOf(errno, { ...answered, message })).toBe('transient')
  })

  test('tells servers that are unwell from transactions that met', () => {
    expect([9001, 9002, 9003, 9005, 9013].filter((errno) => !isUnavailable(errno))).toEqual([])
    expect([1205, 1213, 8022, 8028, 9007].filter((errno) => isUnavailable(errno))).toEqual([])
  })
})

describe('a failure to connect', () => {
  const failure = (properties: object) => Object.assign(new Error('no'), properties)

  test.for([
    ['refused', { code: 'ECONNREFUSED', fatal: true }],
    ['cut off', { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }],
    ['unresolved for now', { code: 'EAI_AGAIN', fatal: true }],
    ['full', { code: 'ER_CON_COUNT_ERROR', errno: 1040 }],
  ] as const)('may pass when it was %s', ([, properties]) => {
    expect(isConnectingTransient(failure(properties))).toBe(true)
    expect(isConnectingTransient(new Error('wrapped', { cause: failure(properties) }))).toBe(true)
  })

  test.for([
    ['there is no such host', { code: 'ENOTFOUND', fatal: true }],
    ['the password is wrong', { code: 'ER_ACCESS_DENIED_ERROR', errno: 1045 }],
    ['the certificate is not trusted', { code: 'HANDSHAKE_SSL_ERROR', fatal: true }],
  ] as const)('stays when %s', ([, properties]) => {
    expect(isConnectingTransient(failure(properties))).toBe(false)
  })
})
