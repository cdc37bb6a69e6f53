import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { withLock } from './lock-file.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'lock-file-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

const module = fileURLToPath(new URL('./lock-file.ts', import.meta.url))

/** A process that takes the lock `times` times and writes down when it has it and when it gives it back. */
function contender(lock: string, journal: string, times: number): ChildProcess {
  const script = `
    import { appendFileSync } from 'node:fs'
    import { withLock } from ${JSON.stringify(module)}
    for (let i = 0; i < ${times}; i++) await withLock(${JSON.stringify(lock)}, {}, async () => {
      appendFileSync(${JSON.stringify(journal)}, 'take ' + process.pid + '\\n')
      await new Promise(setImmediate)
      appendFileSync(${JSON.stringify(journal)}, 'give ' + process.pid + '\\n')
    })`
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'ignore', 'inherit'] })
}

function staleLock(lock: string): void {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(lock, JSON.stringify({ pid, startTime: '1', host: hostname(), nonce: 'dead' }))
}

test('of several processes that find the lock of a dead one, only one at a time ever has it', async () => {
  const root = folder()
  const [lock, journal] = [join(root, 'lock'), join(root, 'journal')]
  staleLock(lock)
  const processes = Array.from({ length: 3 }, () => contender(lock, journal, 5))
  const codes = await Promise.all(processes.map(async (child) => (await once(child, 'exit'))[0] as number))
  expect(codes).toEqual([0, 0, 0])
  const lines = readFileSync(journal, 'utf8').trim().split('\n')
  expect(lines).toHaveLength(30)
  for (let index = 0; index < lines.length; index += 2) {
    expect(lines[index]).toMatch(/^take/)
    expect(lines[index + 1]).toBe(lines[index]?.replace('take', 'give'))
  }
  expect(readdirSync(root)).toEqual(['journal'])
})

test('one who waits is told who has the lock, and gets it when it is given back', async () => {
  const lock = join(folder(), 'lock')
  const onWait = vi.fn<(owner: { pid: number }) => void>()
  const order: string[] = []
  let second: Promise<void> | undefined
  await withLock(lock, {}, async () => {
    second = withLock(lock, { onWait }, async () => void order.push('second'))
    await vi.waitFor(() => expect(onWait).toHaveBeenCalledWith(expect.objectContaining({ pid: process.pid })))
    order.push('first')
  })
  await second
  expect(order).toEqual(['first', 'second'])
  expect(onWait).toHaveBeenCalledOnce()
})

test('waiting ends with the reason of the signal', async () => {
  const lock = join(folder(), 'lock')
  const controller = new AbortController()
  await withLock(lock, {}, async () => {
    const waiting = withLock(
      lock,
      { signal: controller.signal, onWait: () => controller.abort('enough') },
      async () => 1,
    )
    await expect(waiting).rejects.toBe('enough')
  })
})

test('the lock is given back when the work fails, and the failure comes through', async () => {
  const lock = join(folder(), 'lock')
  const failing = withLock(lock, {}, async () => {
    expect(existsSync(lock)).toBe(true)
    throw new Error('the work failed')
  })
  await expect(failing).rejects.toThrow('the work failed')
  expect(existsSync(lock)).toBe(false)
})

test('a lock file with nonsense in it is taken over', async () => {
  const lock = join(folder(), 'lock')
  writeFileSync(lock, '{"pid":')
  expect(await withLock(lock, {}, async () => 'done')).toBe('done')
})

test('the lock of a process on another machine counts while its file is fresh', async () => {
  const lock = join(folder(), 'lock')
  writeFileSync(lock, JSON.stringify({ pid: 1, startTime: '1', host: 'elsewhere', nonce: 'n' }))
  const controller = new AbortController()
  const onWait = (): void => controller.abort('waited')
  await expect(withLock(lock, { signal: controller.signal, onWait }, async () => 1)).rejects.toBe('waited')
})
