import { type ClusterNode, expect, test } from 'vitest-tidb'

/** The PD that gives timestamps. Source: PD's HTTP API, `GET /pd/api/v1/leader`. */
async function leaderAt({ host, port }: ClusterNode): Promise<string> {
  const reply = await fetch(`http://${host}:${port}/pd/api/v1/leader`)
  return ((await reply.json()) as { readonly name: string }).name
}

test(
  'when the PD that leads is killed, another one does, and the cluster goes on',
  { timeout: 120_000 },
  async ({ db, cluster, skip }) => {
    const [pd, ...others] = cluster.nodes.filter(({ role }) => role === 'pd')
    if (pd === undefined || others.length < 2) return skip('a majority of PDs must be left: TIDB_CLUSTER_PD=3')
    await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
    const leader = await leaderAt(pd)
    await cluster.kill(leader)
    await db.transaction((tx) => tx.run`INSERT INTO t VALUES (1)`, { retry: { attempts: 20 } })
    const left = [pd, ...others].find(({ name }) => name !== leader)
    expect(await leaderAt(left as ClusterNode)).not.toBe(leader)
    await cluster.start(leader)
    await db.run`ALTER TABLE t ADD COLUMN more INT`
    await expect(db.query`SELECT * FROM t`).toReturnRows([{ id: 1, more: null }])
  },
)
