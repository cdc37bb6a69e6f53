import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive, ownIdentity, processesWhoseCommandHolds, signalIfAlive, startTimeOf } from './process-identity.ts'

async function sleeper(mark: string): Promise<{ pid: number; end: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)', mark], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  onTestFinished(end)
  return { pid: child.pid as number, end }
}

test('this process is alive, and is not mistaken for one with its id that started at another time', () => {
  expect(isAlive(ownIdentity())).toBe(true)
  expect(isAlive({ ...ownIdentity(), startTime: '1' })).toBe(false)
})

test('a process is found by what its command line holds until it ends', async () => {
  const mark = `mark-${process.pid}-${Math.random()}`
  const { pid, end } = await sleeper(mark)
  const identity = { pid, startTime: startTimeOf(pid) ?? '' }
  expect(isAlive(identity)).toBe(true)
  expect(processesWhoseCommandHolds('setInterval', mark)).toEqual([pid])
  await end()
  expect(isAlive(identity)).toBe(false)
  expect(processesWhoseCommandHolds('setInterval', mark)).toEqual([])
})

test('a signal to a process that has gone already is no error', async () => {
  const { pid, end } = await sleeper('gone')
  await end()
  expect(() => signalIfAlive(pid)).not.toThrow()
})
