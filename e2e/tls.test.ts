import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test as base } from 'vitest'
import { Faults, openSession, type Session } from 'vitest-tidb/engine'
import { localBinary, noTidb } from './support/bare-machine.ts'
import { Authority, hasOpenssl } from './support/certificates.ts'
import { ownServer } from './support/own-server.ts'
import { tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

const ENCRYPTED = `
import { test, expect } from 'vitest-tidb'
test('every connection is encrypted', async ({ db, sessions, connectionPool }) => {
  await db.run\`CREATE TABLE t (id INT PRIMARY KEY)\`
  const { other } = await sessions('other')
  for (const session of [db, other]) {
    expect(await session.query\`SHOW SESSION STATUS LIKE 'Ssl_cipher'\`).toEqual([
      { Variable_name: 'Ssl_cipher', Value: expect.stringMatching(/./) },
    ])
  }
  await connectionPool.use((session) => session.run\`INSERT INTO t VALUES (1)\`)
  await expect(db.query\`SELECT id FROM t\`).toReturnRows([{ id: 1 }])
})
`

const FAULTS = `
import { test, expect, workloads } from 'vitest-tidb'
test('faults of bytes', async ({ faults }) => {
  const { far, idle, cut } = await faults.sessions('far', 'idle', 'cut')
  const [cipher] = await far.query\`SHOW SESSION STATUS LIKE 'Ssl_cipher'\`
  expect(cipher.Value).toMatch(/./)
  const long = () => expect(far.query\`SELECT REPEAT('x', 20000) AS x\`).toReturnRows([{ x: 'x'.repeat(20_000) }])
  await faults.slicing({ bytes: 997 }, long)
  await faults.latency({ milliseconds: 5, jitter: 2 }, long)
  await faults.bandwidth({ bytesPerSecond: 1_000_000 }, long)
  const waiting = await faults.stall({}, async () => {
    const started = far.start\`SELECT 1 AS one\`
    expect(started.status).toBe('running')
    return started
  })
  await expect(waiting).toReturnRows([{ one: 1 }])
  const lost = { name: 'CONNECT_LOST', outcome: 'transient' }
  await faults.byteLimit({ bytes: 500, direction: 'replies', only: cut }, async () => {
    await expect(cut.query\`SELECT REPEAT('x', 20000)\`).toFailWith(lost)
  })
  await faults.refuse(() => expect(faults.connectionPool.use((session) => session.query\`SELECT 1\`)).rejects.toMatchObject({ code: 'CONNECT_REFUSED' }))
  await faults.reset({}, async () => {
    for (const session of [far, idle]) await expect(session.query\`SELECT 1\`).toFailWith(lost)
  })
})
test('a load', async ({ db, faults, load }) => {
  const selects = workloads.pointSelect({ rows: 100 })
  await selects.prepare(db)
  for (const pace of [{}, { endpoint: faults.endpoint }]) {
    const result = await load.run(selects, { sessions: 2, duration: 1_000, warmup: 0, ...pace })
    expect(result).toHaveNoErrors()
    expect(result.transactions).toBeGreaterThan(0)
  }
})
test('faults by meaning', async ({ faults }) => {
  const { teller } = await faults.sessions('teller')
  const never = () => Promise.reject(new Error('the body ran'))
  for (const scope of [
    faults.loseReply({ of: 'COMMIT' }, never),
    faults.dropRequest({ of: 'COMMIT' }, never),
    faults.cutReply({ of: 'SELECT', after: 100 }, never),
    faults.holdStatement({ of: 'UPDATE' }, never),
  ]) {
    await expect(scope).rejects.toMatchObject({
      name: 'FaultError',
      code: 'FAULT_ENCRYPTED',
      message: expect.stringContaining('is encrypted'),
      remedy: expect.stringMatching(/^Connect without TLS, or use a fault of bytes: latency/),
    })
  }
  await expect(teller.query\`SELECT 1 AS one\`).toReturnRows([{ one: 1 }])
})
`
const PASSWORD = 'c1pher-and-key'

interface TlsServer {
  readonly project: UserProject
  readonly port: number
  /** What \`tidb-test check\` finds, with these settings. */
  check(user: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Checked>
  /** Makes the server show another of the certificates. */
  show(certificate: string): Promise<void>
}

interface Checked {
  readonly exitCode: number | null
  readonly code: string | undefined
  readonly message: string
}

const test = base.extend('server', async (): Promise<TlsServer> => {
  const project = await UserProject.create({ 'encrypted.test.ts': ENCRYPTED })
  const binary = await localBinary(project)
  if (binary === undefined) throw new Error('these tests need a tidb-server of this machine')
  const ours = await Authority.create(project.folder, 'ca')
  const strangers = await Authority.create(project.folder, 'stranger')
  await ours.issue('address', 'IP:127.0.0.1')
  await ours.issue('name', 'DNS:localhost')
  await ours.issue('client')
  await strangers.issue('forged')
  const file = (name: string): string => join(project.folder, name)
  const replace = async (certificate: string): Promise<void> => {
    for (const suffix of ['pem', 'key']) await copyFile(file(`${certificate}.${suffix}`), file(`shown.${suffix}`))
  }
  await replace('address')
  const security = { 'ssl-ca': file('ca.pem'), 'ssl-cert': file('shown.pem'), 'ssl-key': file('shown.key') }
  const { port, open } = await ownServer(project, binary, { security })
  await using root = await open()
  for (const [user, required] of [
    ['shop', 'SSL'],
    ['card', 'X509'],
  ]) {
    await root.script(
      `CREATE USER ${user} IDENTIFIED BY '${PASSWORD}' REQUIRE ${required}; GRANT ALL ON *.* TO ${user}`,
    )
  }
  return {
    project,
    port,
    async check(user, args, env = {}) {
      const command = ['check', '--json', '--port', String(port), '--user', user, ...args]
      const { exitCode, output } = await tidbTest(project, command, { TIDB_PASSWORD: PASSWORD, ...env })
      expect(output).not.toContain(PASSWORD)
      if (!output.startsWith('{')) return { exitCode, code: undefined, message: output }
      const { failure } = JSON.parse(output) as { failure: { code: string; message: string } | null }
      return { exitCode, code: failure?.code, message: failure?.message ?? '' }
    },
    async show(certificate) {
      await replace(certificate)
      await using session = await open()
      await session.run`ALTER INSTANCE RELOAD TLS`
    },
  }
})

const HERE = ['--host', '127.0.0.1']
const GOOD = { exitCode: 0, code: undefined, message: '' }

describe.skipIf(!hasOpenssl)('on a server with a certificate (skipped where there is no openssl to make one)', () => {
  test('tests run encrypted, as file, variables or flags say', async ({ server: { project, port, check } }) => {
    const where = `[database]\nhost = "127.0.0.1:${port}"\nuser = "shop"\n[database.tls]\nca = "ca.pem"\n`
    await project.write('tidb-test.config.toml', where)
    const run = await project.vitest(['run'], {
      TIDB_BACKEND: undefined,
      TIDB_BINARY: undefined,
      TIDB_PASSWORD: PASSWORD,
    })
    expect(run.output).toMatch(/Tests\s+1 passed \(1\)/)
    expect(run.output).toContain(`from external: mysql://shop@127.0.0.1:${port}/`)
    await project.write('tidb-test.config.toml', '')
    expect(await check('shop', HERE, { TIDB_TLS_CA: 'ca.pem' })).toEqual(GOOD)
    expect(await check('shop', [...HERE, '--tls-ca', 'ca.pem', '--tls-verify', 'true'])).toEqual(GOOD)
  })

  test('on an encrypted wire faults of bytes work, and those by meaning are refused with what to do', async ({
    server: { project, port, show },
  }) => {
    await project.write('faults.test.ts', FAULTS)
    const env = { ...noTidb, TIDB_PASSWORD: PASSWORD }
    const where = (host: string): string =>
      `[database]\nhost = "${host}:${port}"\nuser = "shop"\n[database.tls]\nca = "ca.pem"\n`
    await project.write('tidb-test.config.toml', where('127.0.0.1'))
    expect((await project.vitest(['run', 'faults'], env)).output).toMatch(/Tests\s+3 passed \(3\)/)
    // The proxy is at another host than the one that the certificate is for.
    await show('name')
    await project.write('tidb-test.config.toml', where('localhost'))
    expect((await project.vitest(['run', 'faults'], env)).output).toMatch(/Tests\s+3 passed \(3\)/)
  })

  test('a certificate of an authority that is not known is refused, unless nothing is verified', async ({
    server: { check },
  }) => {
    for (const [args, env] of [
      [[...HERE, '--tls'], {}],
      [HERE, { TIDB_TLS_CA: 'stranger.pem' }],
    ] as const) {
      const { exitCode, code, message } = await check('shop', args, env)
      expect({ exitCode, code }).toEqual({ exitCode: 1, code: 'CONNECT_TLS_UNTRUSTED' })
      expect(message).toContain('TIDB_TLS_CA')
    }
    expect(await check('shop', [...HERE, '--tls-verify', 'false'])).toEqual(GOOD)
  })

  test('a certificate for another host is refused, be that a name or an address', async ({ server }) => {
    const { check } = server
    const env = { TIDB_TLS_CA: 'ca.pem' }
    const refused = { exitCode: 1, code: 'CONNECT_TLS_HOST', message: expect.stringContaining('other hosts than') }
    expect(await check('shop', ['--host', 'localhost'], env)).toEqual(refused)
    expect(await check('shop', ['--host', 'localhost', '--tls-verify', 'false'], env)).toEqual(GOOD)
    await server.show('name')
    expect(await check('shop', HERE, env)).toEqual(refused)
    expect(await check('shop', ['--host', 'localhost'], env)).toEqual(GOOD)
  })

  test('an account that requires a certificate gets in with its own, and is told without', async ({
    server: { check },
  }) => {
    const card = (name: string): string[] => ['--tls-cert', `${name}.pem`, '--tls-key', `${name}.key`]
    const ours = [...HERE, '--tls-ca', 'ca.pem']
    expect(await check('card', [...ours, ...card('client')])).toEqual(GOOD)
    expect(await check('card', ours)).toMatchObject({
      code: 'CONNECT_DENIED',
      message: expect.stringContaining('requires a client certificate'),
    })
    expect(await check('card', HERE)).toMatchObject({
      code: 'CONNECT_DENIED',
      message: expect.stringContaining('requires TLS'),
    })
    expect(await check('card', [...ours, ...card('forged')])).toMatchObject({ code: 'CONNECT_TLS_CLIENT_CERTIFICATE' })
    expect(await check('card', [...ours, '--tls-cert', 'client.pem', '--tls-key', 'ca.key'])).toMatchObject({
      code: 'CONNECT_TLS_CLIENT_CERTIFICATE',
      message: expect.stringContaining('do not belong together'),
    })
    expect(await check('card', [...ours, '--tls-cert', 'client.pem'])).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('option --tls-cert'),
    })
  })
})

base('what a certificate that a server made for itself encrypts can be broken too, but not read', async ({ skip }) => {
  const project = await UserProject.create({ 'encrypted.test.ts': ENCRYPTED })
  const binary = await localBinary(project)
  if (binary === undefined) return skip('there is no tidb-server on this machine')
  const { port } = await ownServer(project, binary, { security: { 'auto-tls': true } })
  await using faults = await Faults.before({ host: '127.0.0.1', port, user: 'root', tls: { verify: false } })
  const open = (name: string): Promise<Session> => openSession({ name, endpoint: faults.endpoint })
  const meanwhile = faults.loseReply({ of: 'COMMIT' }, async () => {
    await using late = await open('late')
    await late.script('BEGIN; COMMIT')
  })
  await expect(meanwhile).rejects.toMatchObject({ code: 'FAULT_ENCRYPTED' })
  await using session = await open('early')
  await faults.slicing({ bytes: 1 }, async () => {
    expect(await session.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
  })
  await expect(faults.loseReply({}, () => session.query`SELECT 1`)).rejects.toMatchObject({ code: 'FAULT_ENCRYPTED' })
  await faults.reset({}, () => expect(session.query`SELECT 1`).rejects.toMatchObject({ code: 'CONNECT_LOST' }))
})

base('a server without a certificate is told from one that is not there', async ({ skip }) => {
  const project = await UserProject.create({ 'encrypted.test.ts': ENCRYPTED })
  const binary = await localBinary(project)
  if (binary === undefined) return skip('there is no tidb-server on this machine')
  const { port } = await ownServer(project, binary)
  const { exitCode, output } = await tidbTest(project, ['check', ...HERE, '--port', String(port), '--tls'])
  expect(output).toContain('does not offer TLS')
  expect(output).toContain('ssl-cert and ssl-key')
  expect(exitCode).toBe(1)
})
