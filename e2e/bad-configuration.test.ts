import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { noTidb } from './support/bare-machine.ts'
import { PASSING } from './support/passing-test.ts'
import { UserProject } from './support/user-project.ts'

test.each([
  {
    what: 'TOML that cannot be parsed',
    files: { 'tidb-test.config.toml': 'timeZone = "UTC"\n[database\nhost = "db"\n' },
    said: 'The configuration file tidb-test.config.toml cannot be parsed: line 2, column ',
  },
  {
    what: 'JSON that cannot be parsed',
    files: { 'tidb-test.config.json': '{\n  "database": {\n    "host" "db"\n  }\n}\n' },
    said: 'The configuration file tidb-test.config.json cannot be parsed: line 3, column 12: expected ":", found "\\""',
  },
  {
    what: 'an unknown key',
    files: { 'tidb-test.config.toml': '[database]\nhots = "db"\n' },
    said: 'file tidb-test.config.toml line 2: unknown setting database.hots.\n  Did you mean database.host?',
  },
  {
    what: 'an unknown option of the plugin',
    files: {
      'vitest.config.js': `import { tidb } from 'vitest-tidb/plugin'\nexport default { plugins: [tidb({ databseMode: 'server' })] }\n`,
    },
    said: 'option databseMode of tidb(): unknown setting databseMode.\n  Did you mean databaseMode?',
  },
  {
    what: 'a value that is not allowed',
    files: { 'tidb-test.config.json': '{ "database": { "port": 400000 } }\n' },
    said: 'file tidb-test.config.json line 1: database.port 400000 is not allowed.\n  Allowed: a whole number from 1 to 65535.',
  },
])('$what is refused with its place, and nothing runs', async ({ files, said }) => {
  const project = await UserProject.create({ 'a.test.ts': PASSING, ...files })
  const args = 'vitest.config.js' in files ? ['run', '--config', 'vitest.config.js'] : ['run']
  const { exitCode, output } = await project.vitest(args, noTidb)
  expect(output).toContain(said)
  expect(output.match(/^\w*Error: /gm)).toEqual(['ConfigError: '])
  expect(output).not.toContain('No test files found')
  expect(output).not.toMatch(/Tests\s+\d/)
  expect(exitCode).toBe(1)
})

test('in watch mode, which goes on, tests fail with what kept the run from beginning', async () => {
  const project = await UserProject.create({
    'a.test.ts': PASSING,
    'tidb-test.config.toml': '[database]\nhots = "db"\n',
  })
  const run = project.start(['--watch'], { ...noTidb, CI: '' })
  await run.until(/ConfigError: .*unknown setting/)
  await project.write('a.test.ts', PASSING.replace('passes', 'is saved'))
  const [failed] = await run.until(/FAIL {2}a\.test\.ts > is saved\n.*[^]*?start Vitest again/)
  expect(failed).toContain(
    'this Vitest run has no TiDB: file tidb-test.config.toml line 2: unknown setting database.hots',
  )
})

test('a variable that looks like a misspelt one is pointed out', async () => {
  const project = await UserProject.create({ 'a.test.ts': PASSING })
  const { output } = await project.vitest(['run'], {
    ...noTidb,
    TIDB_BACKEND: 'external',
    TIDB_PROT: '1',
    TIDB_HOST: '127.0.0.1:1',
  })
  expect(output).toContain('The environment variable TIDB_PROT is not read. Did you mean TIDB_PORT?')
})

test('a host that does not exist is named, with where it was set', async () => {
  const project = await UserProject.create({
    'a.test.ts': PASSING,
    'tidb-test.config.toml': '[database]\nhost = "no-such-host.invalid"\n',
  })
  const { exitCode, output } = await project.vitest(['run'], noTidb)
  expect(output).toMatch(/cannot connect to mysql:\/\/root@no-such-host\.invalid:4000\/: getaddrinfo E\w+/)
  expect(output).toContain('The name no-such-host.invalid cannot be resolved. Check the host.')
  expect(output).toContain('host no-such-host.invalid (file tidb-test.config.toml line 2)')
  expect(exitCode).toBe(1)
})

test('a port on which nothing listens is named, with where it was set', async () => {
  const { port, close } = await listen(() => undefined)
  await close()
  const project = await UserProject.create({ 'a.test.ts': PASSING })
  const { exitCode, output } = await project.vitest(['run'], {
    ...noTidb,
    TIDB_HOST: '127.0.0.1',
    TIDB_PORT: `${port}`,
  })
  expect(output).toContain(`Nothing listens on 127.0.0.1:${port}. Is TiDB running there`)
  expect(output).toContain(`port ${port} (environment variable TIDB_PORT)`)
  expect(exitCode).toBe(1)
})

test.each([
  { other: 'a web server', answer: 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n' },
  { other: 'a server that says nothing', answer: '' },
])('$other in the place of TiDB is told from TiDB', async ({ answer }) => {
  const { port } = await listen((socket) => void (answer === '' || socket.write(answer)))
  const project = await UserProject.create({ 'a.test.ts': PASSING })
  const { exitCode, output } = await project.vitest(['run'], { ...noTidb, TIDB_HOST: `127.0.0.1:${port}` })
  expect(output).toContain(`cannot connect to mysql://root@127.0.0.1:${port}/: `)
  expect(output).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} (is a TiDB|does not answer)`))
  expect(output).not.toMatch(/Tests\s+\d/)
  expect(exitCode).toBe(1)
})

test('a Vitest config without the plugin fails its tests with the lines to add', async () => {
  const project = await UserProject.create({
    'a.test.ts': PASSING,
    'vitest.config.ts': `import { defineConfig } from 'vitest/config'\nexport default defineConfig({})\n`,
  })
  const { exitCode, output } = await project.vitest()
  expect(output).toContain('this Vitest run has no TiDB: its config does not use the plugin')
  expect(output).toContain("import { tidb } from 'vitest-tidb/plugin'")
  expect(output).toContain('export default defineConfig({ plugins: [tidb()] })')
  expect(output).toMatch(/Tests\s+1 failed \(1\)/)
  expect(exitCode).toBe(1)
})

async function listen(answer: (socket: Socket) => void): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()))
    answer(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => void server.close(() => resolve()))
  }
  onTestFinished(close)
  return { port, close }
}
