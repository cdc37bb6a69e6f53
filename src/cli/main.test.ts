import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

interface Outcome {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

let cwd: string

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tidb-cli-'))
  writeFileSync(join(cwd, 'package.json'), '{}')
})

afterAll(() => {
  rmSync(cwd, { recursive: true })
})

function cli(args: readonly string[], env: Record<string, string> = {}, nodeOptions: readonly string[] = []) {
  const { PATH = '', HOME = '' } = process.env
  return new Promise<Outcome>((resolve) => {
    const options = { cwd, env: { PATH, HOME, ...env }, timeout: 50_000 }
    execFile(process.execPath, [...nodeOptions, MAIN, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr })
    })
  })
}

describe('the command line', () => {
  test('help lists the commands with examples and exit codes', async () => {
    const { code, stdout } = await cli(['--help'])
    expect(code).toBe(0)
    for (const word of ['run', 'check', 'up', 'doctor', 'install', 'config', 'open', 'Examples:', 'Exit codes:'])
      expect(stdout).toContain(word)
  })

  test('help loads nothing that only a command needs', async () => {
    const hook = `import { registerHooks } from 'node:module'
registerHooks({ load: (url, context, next) => { process.stderr.write(url + '\\n'); return next(url, context) } })`
    const { stderr } = await cli(['--help'], {}, ['--import', `data:text/javascript,${encodeURIComponent(hook)}`])
    expect(stderr).toContain('node_modules/commander/')
    expect(stderr).not.toMatch(/node_modules\/(?:mysql2|vitest|vite|testcontainers|cockatiel|@clack)\//)
  })

  test.for([
    [['doctr'], 'Did you mean doctor?'],
    [['config', 'show', '--hots', 'x'], 'Did you mean --host?'],
    [['config', 'show', '--host'], 'argument missing'],
    [['open'], "missing required argument 'directory'"],
  ] as const)('%j is a usage error that says what was meant, and ends with 2', async ([args, message]) => {
    const { code, stderr, stdout } = await cli(args)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('a Node that is too old is told so, whatever else was asked for', async () => {
    const old = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})`
    const { code, stderr, stdout } = await cli(['doctor'], {}, ['--import', old])
    expect(stderr).toMatch(/^tidb-test: Node\.js 20\.20\.2 is not supported.*\n.*node@24/)
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })
})

describe('config show', () => {
  test('shows each value and where it came from, with the password masked', async () => {
    const env = { TIDB_PASSWORD: 'hush-hush', TIDB_HOST: 'db:4001' }
    const { code, stdout, stderr } = await cli(['config', 'show', '--user', 'app'], env)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^database\.host +db +environment variable TIDB_HOST$/m)
    expect(stdout).toMatch(/^database\.port +4001 +environment variable TIDB_HOST$/m)
    expect(stdout).toMatch(/^database\.user +app +option --user$/m)
    expect(stdout).toMatch(/^database\.password +\*\*\* +environment variable TIDB_PASSWORD$/m)
    expect(stdout + stderr).not.toContain('hush')
  })

  test('prints JSON for programs, and warnings apart from it', async () => {
    const { code, stdout, stderr } = await cli(['config', 'show', '--json'], { TIDB_PASWORD: 'x' })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      file: null,
      settings: { timeZone: { value: 'UTC', origin: 'default' } },
      warnings: [expect.stringContaining('TIDB_PASSWORD')],
    })
    expect(stderr).toContain('Did you mean TIDB_PASSWORD?')
  })

  test('a wrong setting ends with 2, message and remedy, and no stack', async () => {
    writeFileSync(join(cwd, 'wrong.toml'), '[database]\nport = 0\n')
    const { code, stderr } = await cli(['config', 'show', '--config', 'wrong.toml'])
    expect(stderr).toBe(
      'tidb-test: file wrong.toml line 2: database.port 0 is not allowed.\n  Allowed: a whole number from 1 to 65535.\n',
    )
    expect(code).toBe(2)
  })

  test('with --verbose an error shows its code and stack', async () => {
    const { stderr } = await cli(['config', 'show', '--config', 'none.toml', '--verbose'])
    expect(stderr).toContain('CONFIG_FILE_MISSING')
    expect(stderr).toMatch(/\n +at /)
  })
})

describe('check', () => {
  test('names the state that fails, after as many attempts as are configured, and ends with 1', async () => {
    const port = await closedPort()
    const args = ['check', '--port', String(port), '--log-file', 'check.log']
    const { code, stdout } = await cli(args, { TIDB_RETRY_ATTEMPTS: '2' })
    expect(stdout).toMatch(/^ {2}✓ {2}ParsingConfig +[\d.]+ ms$/m)
    expect(stdout).toMatch(/^ {2}✗ {2}Connecting +[\d.]+ ms {2}failed$/m)
    expect(stdout).toContain(`Failed in Connecting: cannot connect to mysql://root@127.0.0.1:${port}/`)
    expect(stdout).toContain('Tried 2 times')
    expect(readFileSync(join(cwd, 'check.log'), 'utf8')).toContain('attempt 1 to connect failed, trying again')
    expect(code).toBe(1)
  })

  test('as JSON gives the states, and the failure with its code', async () => {
    const { code, stdout } = await cli(['check', '--port', String(await closedPort()), '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      state: 'Error',
      failure: { state: 'Connecting', code: 'CONNECT_REFUSED' },
      version: null,
    })
    expect(code).toBe(1)
  })
})

describe('doctor', () => {
  test('on a machine with nothing says of each backend why not and how to get it, and ends with 1', async () => {
    const nowhere = join(cwd, 'nowhere')
    // Go and Docker are found in their usual places, too. Go can be named instead; Docker may be there or not.
    const nothing = { PATH: nowhere, TIDB_GO: nowhere, HOME: cwd, TIUP_HOME: cwd, VITEST_TIDB_CACHE: nowhere }
    const { code, stdout } = await cli(['doctor', '--json', '--backend', 'binary'], nothing)
    const { backends, choice, go } = JSON.parse(stdout)
    expect(backends.map(({ kind }: { kind: string }) => kind)).toEqual([
      'external',
      'binary',
      'embedded',
      'container',
      'cluster',
    ])
    for (const { availability } of backends.slice(0, 3)) {
      expect(availability).toEqual({
        usable: false,
        reason: expect.any(String),
        remedy: expect.stringMatching(/\w+ \w+/),
      })
    }
    expect({ choice, go }).toEqual({ choice: null, go: null })
    expect(code).toBe(1)
  })

  test('names the container that image and version together mean, or do not', async () => {
    const reason = async (env: Record<string, string>): Promise<string> => {
      const { stdout } = await cli(['doctor', '--json'], { DOCKER_HOST: 'tcp://127.0.0.1:1', ...env })
      const { backends } = JSON.parse(stdout) as { backends: { kind: string; availability: { reason: string } }[] }
      return backends.find(({ kind }) => kind === 'container')?.availability.reason ?? ''
    }
    expect(await reason({ TIDB_IMAGE: 'own/tidb:one', TIDB_VERSION: 'v2' })).toContain(
      'The container image own/tidb:one names its own version, and version v2 was asked for too',
    )
    expect(await reason({ TIDB_IMAGE: 'own/tidb', TIDB_VERSION: 'v2' })).toContain('127.0.0.1:1')
  })

  test('a configured server that does not answer is named with where that was set', async () => {
    const port = await closedPort()
    const { code, stdout } = await cli(['doctor', '--host', `127.0.0.1:${port}`])
    expect(stdout).toContain(`cannot connect to mysql://root@127.0.0.1:${port}/`)
    expect(stdout).toContain('host 127.0.0.1 (option --host)')
    expect(stdout).toContain('A test run finds no TiDB (external: follows from database.host, option --host).')
    expect(code).toBe(1)
  })

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it with %i', async ([signal, expected]) => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const connected = new Promise((resolve) => silent.once('connection', resolve))
    const child = spawn(process.execPath, [MAIN, 'doctor', '--host', `127.0.0.1:${portOf(silent)}`], { cwd })
    const code = new Promise((resolve) => child.once('exit', resolve))
    await connected
    child.kill(signal)
    expect(await code).toBe(expected)
    await new Promise((resolve) => silent.close(resolve))
  })
})

test('install prints where the embedded TiDB is, as JSON too', async ({ skip }) => {
  const { stdout: examined } = await cli(['doctor', '--json'])
  const { backends } = JSON.parse(examined) as { backends: { kind: string; availability: { ready?: boolean } }[] }
  const ready = backends.find(({ kind }) => kind === 'embedded')?.availability.ready === true
  skip(!ready, 'the embedded TiDB is not built here, which takes minutes')
  const { stdout: path } = await cli(['install'])
  const { stdout: json } = await cli(['install', '--json'])
  expect(JSON.parse(json)).toEqual({ path: path.trim(), version: expect.stringMatching(/^v8\.5/), fromCache: true })
})

function portOf(server: ReturnType<typeof createServer>): number {
  return (server.address() as { port: number }).port
}

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}
