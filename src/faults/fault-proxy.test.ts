import { Readable } from 'node:stream'
import { createConnection as createPipelining } from 'mariadb'
import { createConnection } from 'mysql2/promise'
import { describe, expect, vi } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import type { Endpoint } from '../connections/endpoint.ts'
import type { Fault } from './fault.ts'
import { Faults } from './faults.ts'
import { refuse } from './faults/refuse.ts'

/** `driver` is a connection of mysql2 through the proxy. */
const test = tidbTest.extend('driver', async ({ faults, db }, { onCleanup }) => {
  const driver = await createConnection({ ...loginOf(faults.endpoint), database: db.database ?? '' })
  onCleanup(() => driver.destroy())
  return driver
})

function loginOf({ host, port, user, password }: Endpoint) {
  return { host, port, user, ...(password === undefined ? {} : { password: password.reveal() }) }
}

const patient = { timeout: 30_000 }

const LOST = expect.objectContaining({ code: expect.stringMatching(/ECONNRESET|EPIPE|CONNECTION_LOST|SOCKET/) })

/** A fault of one's own that does no harm: it notes what it sees. */
function noting(seen: string[]): Fault {
  return {
    name: 'noting()',
    ofStatements: true,
    happened: 0,
    request: ({ sql, command }) => {
      seen.push(`sent ${sql === '' ? command : sql.slice(0, 40)}`)
      return true
    },
    reply: ({ sql, command }) => {
      seen.push(`answered ${sql === '' ? command : sql.slice(0, 40)}`)
      return true
    },
  }
}

test('what a client sends is seen as commands, and each has its answer', async ({ db, faults, driver }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, note LONGTEXT)`
  const seen: string[] = []
  await faults.during(noting(seen), async () => {
    await driver.query("INSERT INTO t VALUES (1, 'a'), (2, REPEAT('b', 70000))")
    await driver.query('SELECT * FROM t')
    await expect(driver.query('SELECT * FROM nowhere')).rejects.toThrow('nowhere')
    await driver.execute('SELECT note FROM t WHERE id = ?', [2])
    await driver.execute('INSERT INTO t VALUES (?, ?)', [3, 'c'])
    await driver.ping()
    await driver.changeUser({ database: db.database ?? '' })
    await driver.query({
      sql: "LOAD DATA LOCAL INFILE 'rows' INTO TABLE t FIELDS TERMINATED BY ','",
      infileStreamFactory: () => Readable.from([Buffer.from('4,d\n'), Buffer.from('5,e\n')]),
    })
    await driver.query("SELECT REPEAT('x', 17000000) AS x")
    await driver.query('SELECT 1')
  })
  const [PING, CHANGE_USER, CLOSE_STATEMENT] = [0x0e, 0x11, 0x19]
  const each = [
    "INSERT INTO t VALUES (1, 'a'), (2, REPEA",
    'SELECT * FROM t',
    'SELECT * FROM nowhere',
    'SELECT note FROM t WHERE id = ?',
    'SELECT note FROM t WHERE id = ?',
    'INSERT INTO t VALUES (?, ?)',
    'INSERT INTO t VALUES (?, ?)',
    PING,
    CHANGE_USER,
    // mysql2 forgets what it has prepared, and that has no answer.
    CLOSE_STATEMENT,
    CLOSE_STATEMENT,
    "LOAD DATA LOCAL INFILE 'rows' INTO TABLE",
    "SELECT REPEAT('x', 17000000) AS x",
    'SELECT 1',
  ]
  expect(seen).toEqual(
    each.flatMap((what) => (what === CLOSE_STATEMENT ? [`sent ${what}`] : [`sent ${what}`, `answered ${what}`])),
  )
  await expect(db.query`SELECT id FROM t ORDER BY id`).toReturnRows([1, 2, 3, 4, 5].map((id) => ({ id })))
})

test('a prepared statement is met when it is executed, by the text that was prepared', async ({
  db,
  faults,
  driver,
}) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  await driver.execute('INSERT INTO t VALUES (?)', [1])
  await faults.loseReply({ of: /values \(\?\)/i, nth: 2 }, async () => {
    await driver.execute('INSERT INTO t VALUES (?)', [2])
    await expect(driver.execute('INSERT INTO t VALUES (?)', [3])).rejects.toEqual(LOST)
  })
  await expect(db.query`SELECT id FROM t ORDER BY id`).toReturnRows([{ id: 1 }, { id: 2 }, { id: 3 }])
})

describe('to a client that does not wait for answers', () => {
  const first = {
    rows: 'SELECT id, note FROM t ORDER BY id',
    'one row of 17 MB': "SELECT 1 AS id, REPEAT('x', 17000000) AS note",
    'several results': 'SELECT 1 AS id; SELECT 2 AS id; INSERT INTO t VALUES (7, 7)',
    'an error': 'SELECT * FROM nowhere',
  }
  test.for(Object.entries(first))(
    'the answer before the lost one arrives whole: %s',
    async ([, sql], { db, faults }) => {
      await db.run`CREATE TABLE t (id INT PRIMARY KEY, note VARCHAR(1000))`
      const values = Array.from({ length: 500 }, (_, id) => `(${id + 10}, REPEAT('n', 1000))`)
      await db.script(`INSERT INTO t VALUES ${values.join(',')}`)
      const database = db.database ?? ''
      const options = { multipleStatements: true, pipelining: true, maxAllowedPacket: 64 << 20 }
      const direct = await createPipelining({ ...loginOf(faults.endpoint), database, ...options })
      const wanted = await Promise.allSettled([direct.query(sql.replace('7, 7', '8, 8'))])
      const seen: string[] = []
      await faults.during(noting(seen), () =>
        // FIN, since RST would take with it what the client has not read yet.
        faults.loseReply({ of: 'DELETE', by: 'close' }, async () => {
          const [one, other] = await Promise.allSettled([direct.query(sql), direct.query('DELETE FROM t')])
          expect(one).toMatchObject({ status: wanted[0].status })
          if (one.status === 'fulfilled') expect(one).toEqual(wanted[0])
          expect(other).toMatchObject({ status: 'rejected', reason: LOST })
        }),
      )
      expect(seen.slice(0, 2)).toEqual([`sent ${sql.slice(0, 40)}`, 'sent DELETE FROM t'])
      await expect(db.query`SELECT COUNT(*) AS n FROM t`).toReturnRows([{ n: 0 }])
    },
  )
})

test('a statement of 17 MB arrives as it was sent, and is met like any other', async ({ db, faults, driver }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, length INT)`
  const note = 'n'.repeat(17_000_000)
  const insert = (id: number) => driver.query(`INSERT INTO t VALUES (${id}, LENGTH('${note}'))`)
  await faults.slicing({ bytes: 1_000_003 }, () =>
    faults.loseReply({ of: 'INSERT' }, () => expect(insert(1)).rejects.toEqual(LOST)),
  )
  await expect(db.query`SELECT * FROM t`).toReturnRows([{ id: 1, length: note.length }])
})

describe('on a compressed connection', () => {
  const compressed = test.extend('driver', async ({ faults, db }, { onCleanup }) => {
    const driver = await createConnection({ ...loginOf(faults.endpoint), database: db.database ?? '', compress: true })
    onCleanup(() => driver.destroy())
    return driver
  })

  compressed('a fault that is aimed at a statement is refused before the body runs', async ({ faults, driver }) => {
    const body = () => driver.query('SELECT 1')
    await expect(faults.loseReply({ of: 'SELECT' }, body)).rejects.toMatchObject({
      name: 'FaultError',
      code: 'FAULT_COMPRESSED',
      message: expect.stringMatching(/^loseReply\(\{ of: 'SELECT' \}\) is aimed at a statement, .* compressed/),
      remedy: expect.stringContaining('latency'),
    })
    expect((await driver.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
  })

  compressed('faults of bytes work', async ({ faults, driver }) => {
    await faults.slicing({ bytes: 1 }, async () => {
      expect((await driver.query("SELECT REPEAT('x', 2000) AS x"))[0]).toEqual([{ x: 'x'.repeat(2_000) }])
    })
    await faults.reset({}, () => expect(driver.query('SELECT 1')).rejects.toThrow())
  })

  test('one that is opened while the fault is in force fails the scope, and says why the body failed', async ({
    faults,
  }) => {
    const scope = faults.dropRequest({ of: 'SELECT' }, async () => {
      const driver = await createConnection({ ...loginOf(faults.endpoint), compress: true })
      await driver.query('SELECT 1')
      await driver.end()
      throw new Error('the connection was expected to break')
    })
    await expect(scope).rejects.toMatchObject({
      code: 'FAULT_COMPRESSED',
      message: expect.stringContaining('The body failed: the connection was expected to break'),
    })
  })
})

describe('a scope', () => {
  test('fails when what it is aimed at never came', async ({ faults }) => {
    const { teller } = await faults.sessions('teller')
    const scope = faults.loseReply({ of: 'COMMIT', nth: 2 }, async () => {
      await teller.transaction((tx) => tx.query`SELECT 1`)
      return 'done'
    })
    await expect(scope).rejects.toMatchObject({
      code: 'FAULT_DID_NOT_HAPPEN',
      message: expect.stringContaining(
        "loseReply({ of: 'COMMIT', nth: 2 }) did not happen: fewer than 2 statements like 'COMMIT' came",
      ),
    })
  })

  test('gives what its body gives, and throws what it throws', async ({ faults }) => {
    const { teller } = await faults.sessions('teller')
    expect(await faults.latency({ milliseconds: 1 }, () => teller.query`SELECT 2 AS two`)).toEqual([{ two: 2 }])
    await expect(faults.stall({}, () => Promise.reject(new Error('of the body')))).rejects.toThrow('of the body')
    await expect(teller.query`SELECT 1 AS one`).toReturnRows([{ one: 1 }])
  })

  test('is over after its time, though its body goes on', async ({ faults }) => {
    const { teller } = await faults.sessions('teller')
    await faults.stall({ for: 50 }, () => expect(teller.query`SELECT 1 AS one`).toReturnRows([{ one: 1 }]))
  })

  test.for([-1, Number.NaN])('is refused for a time of %s', async (time, { faults }) => {
    await expect(faults.stall({ for: time }, never)).rejects.toMatchObject({
      code: 'FAULT_OPTION',
      message: expect.stringMatching(/^stall\(\): for is /),
    })
  })

  test('may have a time longer than any timer, or none', async ({ faults }) => {
    const { teller } = await faults.sessions('teller')
    for (const time of [Infinity, 3e9]) {
      const waiting = await faults.stall({ for: time }, async () => {
        const started = teller.start`SELECT 1 AS one`
        // A timer that overflows is over after a millisecond.
        await ticks(20)
        expect(started.status).toBe('running')
        return started
      })
      expect(await waiting.result()).toEqual([{ one: 1 }])
    }
  })

  test('that was over before it had come into force leaves nothing behind', async ({ faults }) => {
    const connects = () => createConnection(loginOf(faults.endpoint)).then((driver) => driver.destroy())
    await faults.during(refuse(), () => expect.poll(connects, patient).toBeUndefined(), { for: 0 })
    await connects()
  })

  test('that refuses ends when the last of several has', async ({ faults }) => {
    const connects = () => createConnection(loginOf(faults.endpoint)).then((driver) => driver.destroy())
    const refused = expect.objectContaining({ code: 'ECONNREFUSED' })
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const scopes = [faults.refuse(() => first.promise), faults.refuse(() => second.promise)]
    await vi.waitFor(() => expect(connects()).rejects.toEqual(refused), patient)
    first.resolve()
    await scopes[0]
    await expect(connects()).rejects.toEqual(refused)
    await faults.refuse(() => expect(connects()).rejects.toEqual(refused))
    await expect(connects()).rejects.toEqual(refused)
    second.resolve()
    await scopes[1]
    await connects()
  })

  test('that is under way when its proxy is closed does not open it again', async ({ db }) => {
    const own = await Faults.before(db.endpoint)
    const scope = own.refuse(() => new Promise(() => undefined))
    scope.catch(() => undefined)
    await vi.waitFor(() => expect(createConnection(loginOf(own.endpoint))).rejects.toThrow('ECONNREFUSED'), patient)
    await Promise.all([own.close(), own.close()])
    await expect(scope).rejects.toMatchObject({ code: 'FAULT_CLOSED' })
    await ticks(50)
    await expect(createConnection(loginOf(own.endpoint))).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('concerns only the sessions that it names', async ({ faults }) => {
    const { teller, auditor } = await faults.sessions('teller', 'auditor')
    const waiting = await faults.stall({ only: teller }, async () => {
      const started = teller.start`SELECT 1 AS one`
      await expect(auditor.query`SELECT 2 AS two`).toReturnRows([{ two: 2 }])
      expect(started.status).toBe('running')
      return started
    })
    expect(await waiting.result()).toEqual([{ one: 1 }])
  })

  test.for([
    ['latency', (faults: Faults) => faults.latency({ milliseconds: -1 }, never)],
    ['bandwidth', (faults: Faults) => faults.bandwidth({ bytesPerSecond: 0 }, never)],
    ['slicing', (faults: Faults) => faults.slicing({ bytes: 0.5 }, never)],
    ['byteLimit', (faults: Faults) => faults.byteLimit({ bytes: Number.NaN }, never)],
    ['loseReply', (faults: Faults) => faults.loseReply({ nth: 0 }, never)],
    ['dropRequest', (faults: Faults) => faults.dropRequest({ of: ' ' }, never)],
  ] as const)('refuses what makes no sense: %s', async ([name, act], { faults }) => {
    await expect((async () => act(faults))()).rejects.toMatchObject({
      code: 'FAULT_OPTION',
      message: expect.stringMatching(new RegExp(`^${name}\\(`)),
    })
  })

  test('that breaks connections is refused when there are none', async ({ faults }) => {
    for (const scope of [faults.reset({}, never), faults.halfClose({}, never)]) {
      await expect(scope).rejects.toMatchObject({ code: 'FAULT_NO_CONNECTION' })
    }
  })
})

const never = (): Promise<never> => Promise.reject(new Error('the body ran'))

/** Turns of the event loop, in which what was due has happened. */
async function ticks(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick++) await new Promise((resolve) => setTimeout(resolve, 1))
}
