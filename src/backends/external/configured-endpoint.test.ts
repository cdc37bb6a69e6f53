import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { resolveConfig } from '../../config/resolve-config.ts'
import { driverOptionsOf } from '../../connections/driver-options.ts'
import { configuredEndpoint } from './configured-endpoint.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidb-endpoint-'))
  for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, `${name}.pem`), `the ${name}`)
})

afterEach(() => rmSync(folder, { recursive: true }))

const endpointOf = (env: Record<string, string>) => configuredEndpoint(resolveConfig({ cwd: folder, env }))

test('every setting of the endpoint reaches the driver', () => {
  const endpoint = endpointOf({
    TIDB_HOST: '[::1]:4001',
    TIDB_USER: 'app',
    TIDB_PASSWORD: 'hush',
    TIDB_STATUS_PORT: '10080',
    TIDB_TLS_CA: 'ca.pem',
    TIDB_TLS_CERT: 'cert.pem',
    TIDB_TLS_KEY: 'key.pem',
    TIDB_TLS_VERIFY: 'false',
  })
  expect(endpoint.statusPort).toBe(10080)
  expect(driverOptionsOf(endpoint)).toMatchObject({
    host: '::1',
    port: 4001,
    user: 'app',
    password: 'hush',
    ssl: { ca: 'the ca', cert: 'the cert', key: 'the key', rejectUnauthorized: false },
  })
})

test('TLS alone means the authorities of the system, and verified', () => {
  expect(driverOptionsOf(endpointOf({ TIDB_HOST: 'db', TIDB_TLS: 'true' }))).toMatchObject({
    ssl: { rejectUnauthorized: true },
  })
  expect(driverOptionsOf(endpointOf({ TIDB_HOST: 'db' }))).not.toHaveProperty('ssl')
})
