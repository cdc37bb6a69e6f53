import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isAlive, startTimeOf } from './process-identity.ts'
import { startReaper } from './reaper-ahead.ts'
import { runFoldersRoot } from './run-folder.ts'

const eventually = { timeout: 20_000, interval: 20 }
const module = fileURLToPath(new URL('./reaper-ahead.ts', import.meta.url))
const sleep = { command: 'sleep', arguments: ['600'], environment: {}, workingDirectory: '/', output: 'lines' } as const

interface Parent {
  readonly child: ChildProcess
  readonly reaperPid: number
  readonly runFolder: string
  readonly sleepers: readonly number[]
  readonly owned: string
}

/** A main process of its own, with a reaper, two children and a folder outside of the run's. */
async function parent(): Promise<Parent> {
  const owned = mkdtempSync(join(tmpdir(), 'owned-'))
  const script = `
    import { startReaper } from ${JSON.stringify(module)}
    const reaper = await startReaper()
    await reaper.own(${JSON.stringify(owned)})
    const sleepers = []
    for (let i = 0; i < 2; i++) sleepers.push((await reaper.spawn(${JSON.stringify(sleep)})).pid)
    console.log(JSON.stringify({ reaperPid: reaper.identity.pid, runFolder: reaper.runFolder, sleepers }))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { child, owned, ...(JSON.parse(line) as { reaperPid: number; runFolder: string; sleepers: number[] }) }
}

function expectNothingLeft({ reaperPid, runFolder, sleepers, owned }: Parent): void {
  expect([reaperPid, ...sleepers].map(startTimeOf)).toEqual([undefined, undefined, undefined])
  expect([runFolder, owned].filter((folder) => existsSync(folder))).toEqual([])
}

test.for(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  'a main process ended by %s leaves no process and no folder',
  async (signal) => {
    const started = await parent()
    expect(started.sleepers.map(startTimeOf)).not.toContain(undefined)
    expect(existsSync(started.runFolder)).toBe(true)
    started.child.kill(signal)
    await vi.waitFor(() => expectNothingLeft(started), eventually)
  },
)

test('the signals of a terminal do not end the reaper before the main process', async () => {
  const reaper = await startReaper()
  onTestFinished(() => reaper.close())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(reaper.identity.pid, signal)
  const child = await reaper.spawn({ ...sleep, command: 'true' })
  expect(await child.waitForExit()).toEqual({ exitCode: 0, signal: null })
})

test('when the reaper is killed, its children end, its folder goes, and the next request says why it fails', async () => {
  const reaper = await startReaper()
  const child = await reaper.spawn(sleep)
  const identity = { pid: child.pid, startTime: startTimeOf(child.pid) ?? '' }
  process.kill(reaper.identity.pid, 'SIGKILL')
  expect(await child.waitForExit()).toEqual({ exitCode: null, signal: 'SIGKILL' })
  await vi.waitFor(() => expect(isAlive(identity)).toBe(false), eventually)
  expect(existsSync(reaper.runFolder)).toBe(false)
  await expect(reaper.spawn(sleep)).rejects.toMatchObject({ code: 'BACKEND_REAPER_LOST' })
  await reaper.close()
})

test('a program that does not exist is named in the error', async () => {
  const reaper = await startReaper()
  onTestFinished(() => reaper.close())
  const spawning = reaper.spawn({ ...sleep, command: '/nowhere/tidb-server' })
  await expect(spawning).rejects.toMatchObject({
    code: 'BACKEND_SPAWN',
    message: expect.stringContaining('/nowhere/tidb-server'),
  })
})

test('what a child prints arrives line by line before its exit', async () => {
  const reaper = await startReaper()
  onTestFinished(() => reaper.close())
  const lines: string[] = []
  const options = { ...sleep, command: 'sh', arguments: ['-c', 'echo out; echo err >&2; exit 3'] }
  const child = await reaper.spawn(options, (line) => lines.push(line))
  expect(await child.waitForExit()).toEqual({ exitCode: 3, signal: null })
  expect(lines.sort()).toEqual(['err', 'out'])
})

test('a child that is given time to end well gets SIGTERM first', async () => {
  const reaper = await startReaper()
  const folder = mkdtempSync(join(tmpdir(), 'grace-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'ended-well')
  const script = `trap 'echo > ${file}; exit 0' TERM; echo ready; while :; do sleep 0.05; done`
  await new Promise<void>((resolve, reject) => {
    const options = {
      ...sleep,
      command: 'sh',
      arguments: ['-c', script],
      environment: { PATH: '/usr/bin:/bin' },
      graceMilliseconds: 10_000,
    }
    reaper.spawn(options, () => resolve()).catch(reject)
  })
  await reaper.close()
  expect(existsSync(file)).toBe(true)
})

test('the folder of a run whose reaper is gone is removed by the next run, with the servers it had', async () => {
  const folder = join(runFoldersRoot(), `run-abandoned-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'owner.json'), JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1' }))
  const orphan = spawn(
    process.execPath,
    ['-e', 'setInterval(() => {}, 1000)', '--', '-config', `${folder}/tidb.toml`],
    { detached: true },
  )
  onTestFinished(() => void orphan.kill('SIGKILL'))
  await once(orphan, 'spawn')
  const exited = once(orphan, 'exit')
  const reaper = await startReaper()
  onTestFinished(() => reaper.close())
  expect((await exited)[1]).toBe('SIGKILL')
  await vi.waitFor(() => expect(existsSync(folder)).toBe(false), eventually)
})
