import { type ClusterNode, expect, test } from 'vitest-tidb'

/**
 * How often a TiDB has begun anew with its schema, since what it had registered in PD was gone: one of its metrics.
 * Source: https://github.com/pingcap/tidb/blob/master/pkg/metrics/domain.go, `load_schema_total`.
 */
async function newBeginnings({ host, statusPort }: ClusterNode): Promise<number> {
  const metrics = await (await fetch(`http://${host}:${statusPort}/metrics`)).text()
  return Number(/^tidb_domain_load_schema_total\{type="restart"\} (\d+)/m.exec(metrics)?.[1] ?? 0)
}

test(
  'a server that was cut off while the schema changed refuses to commit by the schema that it knew',
  { timeout: 240_000 },
  async ({ db, cluster, skip }) => {
    skip(cluster.source === 'external', "pauses a TiDB, and this run's cluster is somebody else's")
    await db.script('CREATE TABLE room (id INT PRIMARY KEY); INSERT INTO room VALUES (1)')
    const { guest, builder } = await cluster.sessions({ guest: 2, builder: 1 })
    await guest.run`BEGIN`
    await guest.run`INSERT INTO room VALUES (2)`
    const before = await newBeginnings(cluster.node(2))
    await cluster.pause(2)
    await cluster.expire(2)
    // The others count it out, and its metadata lock with it.
    await builder.run`ALTER TABLE room ADD COLUMN beds INT NOT NULL DEFAULT 2`
    await cluster.resume(2)
    // It learns of its lost leases when it next renews them, which it does every 30 seconds.
    await expect.poll(() => newBeginnings(cluster.node(2)), { timeout: 180_000, interval: 100 }).toBeGreaterThan(before)
    await expect(guest.run`COMMIT`).toFailWith({ errno: 8028, outcome: 'transient' })
    await expect(guest.query`SELECT * FROM room`).toReturnRows([{ id: 1, beds: 2 }])
  },
)
