import { expect, test } from 'vitest'
import { resolveConfig } from '../../config/resolve-config.ts'
import type { Availability } from '../backend.ts'
import { backendsFor } from '../assemble.ts'

const look = (env: Readonly<Record<string, string>>): Promise<Availability> =>
  backendsFor(resolveConfig({ cwd: import.meta.dirname, env })).cluster.check()

test('the counts say what is started', async () => {
  const { TIDB_CLUSTER_TIDB, TIDB_CLUSTER_PD } = { TIDB_CLUSTER_TIDB: '3', TIDB_CLUSTER_PD: '3' }
  const found = await look({ TIDB_CLUSTER_TIDB, TIDB_CLUSTER_PD })
  expect(found).toMatchObject({ usable: true, detail: expect.stringContaining('3 TiDB, 3 PD, 1 store') })
})

test('an embedded cluster of several stores is refused, with the reason', async () => {
  expect(await look({ TIDB_CLUSTER_KV: '3' })).toEqual({
    usable: false,
    reason: 'An embedded cluster has one store, not 3.',
    remedy: expect.stringContaining('neither replicates nor shares data'),
  })
})

test('an external cluster needs endpoints', async () => {
  const found = await look({ TIDB_CLUSTER_FROM: 'external' })
  expect(found).toMatchObject({ usable: false, reason: 'an external cluster needs the endpoints of its TiDBs' })
})

test('endpoints make it an external cluster, and what does not answer there is named', async () => {
  const found = await look({ TIDB_CLUSTER_ENDPOINTS: '127.0.0.1:1, 127.0.0.1:2' })
  expect(found).toMatchObject({ usable: false, reason: expect.stringContaining('127.0.0.1:1') })
})

test.for(['one', 'one:4000,two', 'mysql://one:4000'])('endpoints such as %s are refused', (endpoints) => {
  expect(() => resolveConfig({ cwd: import.meta.dirname, env: { TIDB_CLUSTER_ENDPOINTS: endpoints } })).toThrow(
    'host:port of each TiDB, separated by commas',
  )
})

test('images of containers are those that are named, or of the version of TiDB', async () => {
  const images = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const found = await look({ TIDB_CLUSTER_FROM: 'container', DOCKER_HOST: 'tcp://127.0.0.1:1', ...env })
    return found.usable ? found.detail : found.reason
  }
  expect(await images({ TIDB_VERSION: 'v8.1.0' })).toContain(
    'from pingcap/tidb:v8.1.0, pingcap/pd:v8.1.0, pingcap/tikv:v8.1.0',
  )
  expect(await images({ TIDB_CLUSTER_PD_IMAGE: 'own/pd:1', TIDB_CLUSTER_KV_IMAGE: 'own/kv' })).toContain(
    'own/pd:1, own/kv:v8.5.4',
  )
})
