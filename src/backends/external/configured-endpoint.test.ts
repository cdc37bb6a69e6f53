import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { resolveConfig } from '../../config/resolve-config.ts'
import { driverOptionsOf } from '../../connections/driver-options.ts'
import { configuredEndpoint } from './configured-endpoint.ts'

const PEM = {
  ca: '-----BEGIN CERTIFICATE----- of the authority',
  cert: '-----BEGIN CERTIFICATE----- of the client',
  key: '-----BEGIN PRIVATE KEY----- of the client',
  locked: '-----BEGIN ENCRYPTED PRIVATE KEY-----',
}

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidb-endpoint-'))
  for (const [name, text] of Object.entries(PEM)) writeFileSync(join(folder, `${name}.pem`), text)
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
    ssl: { ca: PEM.ca, cert: PEM.cert, key: PEM.key, rejectUnauthorized: false, verifyIdentity: false },
  })
})

test('TLS alone means the authorities of the system, and verified', () => {
  expect(driverOptionsOf(endpointOf({ TIDB_HOST: 'db', TIDB_TLS: 'true' }))).toMatchObject({
    ssl: { rejectUnauthorized: true, verifyIdentity: true },
  })
  expect(driverOptionsOf(endpointOf({ TIDB_HOST: 'db' }))).not.toHaveProperty('ssl')
})

test.for([
  [{ TIDB_TLS_CERT: 'cert.pem' }, 'TIDB_TLS_CERT', 'has no key', 'TIDB_TLS_KEY'],
  [{ TIDB_TLS_KEY: 'key.pem' }, 'TIDB_TLS_KEY', 'has no certificate', 'TIDB_TLS_CERT'],
  [{ TIDB_TLS_CA: 'key.pem' }, 'TIDB_TLS_CA', 'holds no certificate', 'BEGIN CERTIFICATE'],
  [{ TIDB_TLS_CERT: 'cert.pem', TIDB_TLS_KEY: 'ca.pem' }, 'TIDB_TLS_KEY', 'holds no private key', 'BEGIN PRIVATE KEY'],
  [{ TIDB_TLS_CERT: 'cert.pem', TIDB_TLS_KEY: 'locked.pem' }, 'TIDB_TLS_KEY', 'is encrypted', 'openssl pkey'],
] as const)('%j is refused, naming the setting and what to do', ([env, setting, problem, remedy]) => {
  expect(() => endpointOf({ TIDB_HOST: 'db', ...env })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(new RegExp(`environment variable ${setting}: .*\\.pem ${problem}`)),
      remedy: expect.stringContaining(remedy),
    }),
  )
})
