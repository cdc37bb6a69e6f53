import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { binary, tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

const URL_LINE = /^mysql:\/\/root@127\.0\.0\.1:(\d+)\/$/m

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('up keeps a TiDB until Ctrl-C, then it is gone', async () => {
  const project = await UserProject.create({ 'shop.sql': 'CREATE TABLE item (id INT PRIMARY KEY);' })
  const up = project.node([binary(), 'up', '--schema', 'shop.sql'])
  const [, port = ''] = await up.until(URL_LINE)
  const checked = await tidbTest(project, ['check', '-H', '127.0.0.1', '-P', port])
  expect(checked.output).toContain('Completed: TiDB')
  expect(checked.exitCode).toBe(0)
  up.child.kill('SIGINT')
  expect((await up.finished).exitCode).toBe(130)
  expect(await project.servers()).toEqual([])
  expect(await project.leftovers()).toEqual([])
  const gone = await tidbTest(project, ['check', '-P', port])
  expect(gone.output).toContain('Failed in Connecting')
  expect(gone.exitCode).toBe(1)
})

test('what up --detach leaves running is ended by down, and only once', async () => {
  const project = await UserProject.create({})
  const up = await project.node([binary(), 'up', '--detach']).finished
  const [url = '', port = ''] = URL_LINE.exec(up.output) ?? []
  expect(up.exitCode).toBe(0)
  expect(await project.servers()).toHaveLength(1)
  expect((await tidbTest(project, ['check', '-P', port])).exitCode).toBe(0)

  const elsewhere = await tidbTest(project, ['down', 'mysql://root@127.0.0.1:1/'])
  expect(elsewhere.output).toContain(`Running: ${url}`)
  expect(elsewhere.exitCode).toBe(2)

  const down = await tidbTest(project, ['down', '--json'])
  expect(JSON.parse(down.output)).toEqual({ ended: [url] })
  expect(await project.servers()).toEqual([])
  expect(await project.leftovers()).toEqual([])
  const again = await tidbTest(project, ['down'])
  expect(again.output).toContain('Nothing runs')
  expect(again.exitCode).toBe(0)
})

test('up listens on the port that is asked for, if nobody else does', async () => {
  const project = await UserProject.create({})
  const port = await freePort()
  const first = project.node([binary(), 'up', '-P', String(port)])
  expect((await first.until(URL_LINE))[1]).toBe(String(port))
  for (const args of [[], ['--detach']]) {
    const second = await project.node([binary(), 'up', `--port=${port}`, ...args]).finished
    expect(second.output).toContain(`Port in use: something listens on port ${port} already.\n  Choose another port.`)
    expect(second.exitCode).toBe(1)
  }
  first.child.kill('SIGTERM')
  expect((await first.finished).exitCode).toBe(143)
  expect(await project.leftovers()).toEqual([])
  const wrong = await tidbTest(project, ['up', '--port', '70000'])
  expect(wrong.output).toContain('option --port: "70000" is not allowed.\n  Allowed: a whole number from 1 to 65535.')
  expect(wrong.exitCode).toBe(2)
})

test('a detached TiDB whose keeper is killed leaves no server, and down does not miss it', async () => {
  const project = await UserProject.create({})
  const { output } = await project.node([binary(), 'up', '--detach', '--json']).finished
  const { url } = JSON.parse(/^\{.*\}$/m.exec(output)?.[0] ?? '') as { url: string }
  const records = (await project.leftovers()).map((file) => /detached\/(\d+)\.json$/.exec(file)?.[1])
  process.kill(Number(records.find((pid) => pid !== undefined)), 'SIGKILL')
  await expect.poll(() => project.servers(), { timeout: 20_000 }).toEqual([])
  const down = await tidbTest(project, ['down', '--json'])
  expect(down.output).not.toContain(url)
  expect(await project.leftovers()).toEqual([])
})

test('up where nothing can be started says why and ends with 1, detached or not', async () => {
  const project = await UserProject.create({})
  const missing = ['--binary', 'nowhere']
  for (const args of [
    ['up', ...missing],
    ['up', '--detach', ...missing],
  ]) {
    const { exitCode, output } = await tidbTest(project, args)
    expect(output).toContain('nowhere')
    expect(exitCode).toBe(1)
  }
  const external = await tidbTest(project, ['up'], { TIDB_HOST: 'db.local' })
  expect(external.output).toContain('there is nothing to start')
  expect(external.exitCode).toBe(2)
  expect(await project.leftovers()).toEqual([])
})
