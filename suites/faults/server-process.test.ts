import { expect, outcomeOfError, SharedState, test, type ConnectionPool } from 'vitest-tidb'
import { openSession } from 'vitest-tidb/engine'

test('a server that is shared with other tests is not killed', async ({ faults, tidb, skip }) => {
  if (tidb.backend === 'external') return skip('an external server is not ours in any mode')
  await expect(faults.server.kill()).rejects.toMatchObject({
    name: 'FaultError',
    code: 'FAULT_SERVER',
    remedy: expect.stringContaining("'databaseMode', 'server'"),
  })
})

test.describe('on a server of its own', () => {
  test.override('databaseMode', 'server')

  test.beforeEach(({ tidb, skip }) => {
    skip(tidb.grant.sharing === 'shared', `the backend ${tidb.backend} has one server for all`)
    skip(tidb.backend === 'container', 'a container is not started again, since its ports would be other ones')
  })

  /** Inserts one number after another until told to end; gives those whose insert was acknowledged, and those in doubt. */
  async function write(pool: ConnectionPool, next: () => number | undefined) {
    const acknowledged: number[] = []
    const unknown: number[] = []
    const writer = async (): Promise<void> => {
      for (let id = next(); id !== undefined; id = next()) {
        try {
          const value = id
          await pool.transaction((tx) => tx.run`INSERT INTO t VALUES (${value})`, {
            retry: { attempts: 200, firstDelay: 10, maxDelay: 200 },
          })
          acknowledged.push(value)
        } catch (error) {
          if (outcomeOfError(error) !== 'unknown') throw error
          unknown.push(id)
        }
      }
    }
    await Promise.all([writer(), writer(), writer()])
    return { acknowledged, unknown }
  }

  const long = { timeout: 120_000 }

  test(
    'that is started again under load, nothing that was acknowledged is lost, and nothing is doubled',
    long,
    async ({ db, faults }) => {
      await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
      let last = 0
      let restarted = false
      let more = 30
      const next = (): number | undefined => (restarted && more-- <= 0 ? undefined : ++last)
      const writing = write(faults.connectionPool, next)
      await expect.poll(() => last, { timeout: 20_000 }).toBeGreaterThan(20)
      await faults.server.restart()
      restarted = true
      const { acknowledged, unknown } = await writing
      expect(acknowledged.length).toBeGreaterThan(20)
      await using after = await openSession({ name: 'after', endpoint: faults.endpoint, database: db.database ?? '' })
      const stored = new Set((await after.query<{ id: number }>`SELECT id FROM t`).map(({ id }) => id))
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
      expect([...stored].filter((id) => !acknowledged.includes(id) && !unknown.includes(id))).toEqual([])
    },
  )

  test('that is killed, connections are lost and refused; started again, it has what was committed', async ({
    db,
    faults,
  }) => {
    await db.script('CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)')
    const { teller } = await faults.sessions('teller')
    await faults.server.kill()
    await expect(teller.query`SELECT 1`).toFailWith({ name: 'CONNECT_LOST' })
    await expect(openSession({ name: 'late', endpoint: faults.endpoint })).rejects.toMatchObject({
      name: 'ConnectError',
      outcome: 'transient',
    })
    await faults.server.restart()
    await using again = await openSession({ name: 'again', endpoint: faults.endpoint, database: db.database ?? '' })
    expect(await again.query`SELECT id FROM t ORDER BY id`).toEqual([{ id: 1 }, { id: 2 }])
  })

  test(
    'that is killed, who monitors its connection sees it, and who connects anew sees that it is back',
    long,
    async ({ coordinator, faults }) => {
      const shared = new SharedState({})
      const statusOf = (name: string) => () => shared.connections[name]?.status
      const patient = { timeout: 30_000 }
      const run = coordinator.run(
        { shared, require: 'any' },
        {
          watched: ({ monitor }) => monitor({ duration: 100_000, interval: 20 }),
          async operator() {
            await expect.poll(statusOf('watched'), patient).toBe('monitoring')
            await faults.server.kill()
            await expect.poll(statusOf('watched'), patient).toBe('error')
            await faults.server.restart()
            await using again = await openSession({ name: 'again', endpoint: faults.endpoint })
            return await again.ping()
          },
        },
      )
      await expect(run).toFailOnly('watched')
      expect(await run).toEqual({ operator: true })
      expect((await run.outcomes)['watched']).toMatchObject({ error: { code: 'CONNECT_LOST' } })
    },
  )

  test('that is stopped, nobody is answered and nobody is told; when it goes on, so does everything', async ({
    db,
    faults,
  }) => {
    const { teller } = await faults.sessions('teller')
    const waiting = await faults.server.pause(async () => {
      const connecting = openSession({ name: 'late', endpoint: faults.endpoint, connectTimeout: 300 })
      await expect(connecting).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' })
      const started = teller.start`SELECT 1 AS one`
      expect(started.status).toBe('running')
      return started
    })
    expect(await waiting.result()).toEqual([{ one: 1 }])
    await expect(db.query`SELECT 2 AS two`).toReturnRows([{ two: 2 }])
  })
})
