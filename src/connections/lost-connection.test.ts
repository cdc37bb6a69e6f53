import { describe, expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { openSession } from './open-session.ts'
import type { Session } from './session.ts'
import { CuttingProxy } from './testing/cutting-proxy.ts'

/** `far` is a session behind a proxy that cuts connections. */
const test = tidbTest
  .extend('proxy', async ({ tidb }, { onCleanup }) => {
    const proxy = await CuttingProxy.before(tidb.endpoint)
    onCleanup(() => proxy[Symbol.asyncDispose]())
    return proxy
  })
  .extend('far', async ({ proxy, db }, { onCleanup }) => {
    await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
    const far = await openSession({ name: 'far', endpoint: proxy.endpoint, database: db.database ?? '' })
    onCleanup(() => far.close())
    return far
  })

type Step = (session: Session) => PromiseLike<unknown>
const insert: Step = (session) => session.run`INSERT INTO t VALUES (1, 1)`
const begin: Step = (session) => session.run`BEGIN`

describe('when the reply is lost, the outcome', () => {
  const cases: readonly {
    readonly of: string
    readonly before?: readonly Step[]
    readonly lost: string
    readonly statement: Step
    readonly outcome: 'transient' | 'unknown'
    readonly rows: number
  }[] = [
    { of: 'a read', lost: 'SELECT', statement: (far) => far.query`SELECT * FROM t`, outcome: 'transient', rows: 0 },
    { of: 'a write on its own', lost: 'INSERT', statement: insert, outcome: 'unknown', rows: 1 },
    {
      of: 'a write in a transaction',
      before: [begin],
      lost: 'INSERT',
      statement: insert,
      outcome: 'transient',
      rows: 0,
    },
    {
      of: 'a write in a transaction that has only read rows since',
      before: [begin, (far) => far.query`SELECT * FROM t`],
      lost: 'INSERT',
      statement: insert,
      outcome: 'transient',
      rows: 0,
    },
    {
      of: 'a write without autocommit',
      before: [(far) => far.run`SET autocommit = 0`],
      lost: 'INSERT',
      statement: insert,
      outcome: 'transient',
      rows: 0,
    },
    {
      of: 'COMMIT',
      before: [begin, insert],
      lost: 'COMMIT',
      statement: (far) => far.run`COMMIT`,
      outcome: 'unknown',
      rows: 1,
    },
    {
      of: 'the COMMIT of transaction()',
      lost: 'COMMIT',
      statement: (far) => far.transaction((tx) => insert(tx) as Promise<unknown>),
      outcome: 'unknown',
      rows: 1,
    },
    {
      of: 'DDL, which commits an open transaction',
      before: [begin, insert],
      lost: 'CREATE',
      statement: (far) => far.run`CREATE TABLE u (id INT)`,
      outcome: 'unknown',
      rows: 1,
    },
  ]
  for (const { of, before = [], lost, statement, outcome, rows } of cases) {
    test(`of ${of} is ${outcome}`, async ({ db, far, proxy }) => {
      for (const step of before) await step(far)
      proxy.cutReplyOf(lost)
      await expect(Promise.resolve(statement(far))).rejects.toMatchObject({ code: 'CONNECT_LOST', errno: 0, outcome })
      expect(far.status).toBe('lost')
      await expect(db.query`SELECT COUNT(*) AS n FROM t`).toReturnRows([{ n: rows }])
    })
  }
})

test('a session whose connection is gone says so, and sends nothing', async ({ far, proxy }) => {
  await far.run`SET @kept = 1`
  proxy.cut()
  await expect.poll(() => far.status).toBe('lost')
  await expect(far.run`INSERT INTO t VALUES (1, 1)`).rejects.toMatchObject({
    name: 'ConnectError',
    code: 'CONNECT_LOST',
    message: expect.stringMatching(/session 'far' has lost its connection \(.+\); it cannot run: INSERT/),
    remedy: expect.stringContaining('Open another session'),
  })
  expect(await far.ping()).toBe(false)
  await far.close()
  expect(far.status).toBe('closed')
})

test('statements that waited behind the lost one fail too', async ({ far, proxy }) => {
  proxy.cutReplyOf('SLEEP')
  const settled = await Promise.allSettled([far.query`SELECT SLEEP(0.01)`, far.query`SELECT 1`, far.query`SELECT 2`])
  expect(settled.map((result) => result.status === 'rejected' && (result.reason as { code: string }).code)).toEqual([
    'CONNECT_LOST',
    'CONNECT_LOST',
    'CONNECT_LOST',
  ])
})

test('closing twice, and a statement after it', async ({ far }) => {
  await Promise.all([far.close(), far.close()])
  await far.close()
  await expect(far.query`SELECT 1`).rejects.toMatchObject({ name: 'ConnectError', code: 'CONNECT_CLOSED' })
})

test('a server that is not there', async ({ proxy }) => {
  const { endpoint } = proxy
  await proxy[Symbol.asyncDispose]()
  await expect(openSession({ name: 'far', endpoint })).rejects.toMatchObject({
    code: 'CONNECT_REFUSED',
    message: expect.stringContaining(`Nothing listens on 127.0.0.1:${endpoint.port}`),
  })
})
