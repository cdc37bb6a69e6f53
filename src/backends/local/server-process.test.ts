import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { freePorts } from '../../child-process/free-ports.ts'
import { startReaper } from '../../child-process/reaper-ahead.ts'
import type { Reaper } from '../../child-process/reaper-client.ts'
import { installEmbedded } from '../embedded/install-embedded.ts'
import { defaultCacheDirectory } from './default-cache-directory.ts'
import { startServerProcess } from './server-process.ts'

let path = ''

beforeAll(async () => {
  const silent = { update: () => undefined, note: () => undefined }
  path = (await installEmbedded({ cacheDirectory: defaultCacheDirectory() }, silent)).path
}, 1_200_000)

async function reaperAndFolder(): Promise<{ reaper: Reaper; folder: string; dataDirectory: string }> {
  const reaper = await startReaper()
  onTestFinished(() => reaper.close())
  return { reaper, folder: join(reaper.runFolder, 'server'), dataDirectory: join(reaper.runFolder, 'data') }
}

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}

test('a port that was taken between its choice and its use is replaced by another', async () => {
  const taken = await takenPort()
  const choices: [number, number][] = []
  const choosePorts = async (): Promise<[number, number]> => {
    const [one, other] = (await freePorts(2)) as [number, number]
    // First the SQL port is taken, then the status port, then neither.
    choices.push(choices.length === 0 ? [taken, other] : choices.length === 1 ? [one, taken] : [one, other])
    return choices.at(-1) as [number, number]
  }
  const server = await startServerProcess({ ...(await reaperAndFolder()), binary: path, choosePorts })
  expect(choices).toHaveLength(3)
  expect([server.port, server.statusPort]).toEqual(choices[2])
})

test('a tidb-server that holds the port already is not mistaken for the one that starts', async () => {
  const first = await startServerProcess({ ...(await reaperAndFolder()), binary: path })
  let asked = 0
  const choosePorts = async (): Promise<[number, number]> => {
    const [one, other] = (await freePorts(2)) as [number, number]
    return asked++ === 0 ? [first.port, other] : [one, other]
  }
  const second = await startServerProcess({ ...(await reaperAndFolder()), binary: path, choosePorts })
  expect(asked).toBe(2)
  expect(second.port).not.toBe(first.port)
})

test('when every port is taken, the error says so and names them', async () => {
  const taken = await takenPort()
  const starting = startServerProcess({
    ...(await reaperAndFolder()),
    binary: path,
    choosePorts: async () => [taken, taken],
  })
  await expect(starting).rejects.toMatchObject({
    code: 'BACKEND_PORT_IN_USE',
    message: expect.stringContaining(`${taken}`),
    remedy: expect.stringContaining('ss -ltnp'),
  })
})

test('a program that ends at once is reported with what it printed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'server-process-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const binary = join(folder, 'tidb-server')
  writeFileSync(binary, '#!/bin/sh\necho flag provided but not defined: -store >&2\nexit 2\n')
  chmodSync(binary, 0o755)
  await expect(startServerProcess({ ...(await reaperAndFolder()), binary })).rejects.toMatchObject({
    code: 'BACKEND_START',
    message: expect.stringMatching(/exit code 2.*flag provided but not defined/s),
  })
})
