// A fresh, private TiDB that answers a query: from the template, against the same binary with the same configuration
// started bare on an empty directory.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  configFileOf,
  serverArguments,
  serverConfig,
  serverEnvironment,
} from '../src/backends/local/server-arguments.ts'
import { answer, answerEventually } from './answer.ts'
import { alternate, publish, timed } from './measure.ts'
import { localBackend } from './local-tidb.ts'

const PAIRS = 15

const { running, binary } = await localBackend()
try {
  const { ours, peer } = await alternate(PAIRS, startFromTemplate, startBare)
  await publish([
    {
      bench: 'start',
      title: 'Start of a private TiDB, until a query is answered',
      unit: 'ms',
      better: 'lower',
      peer: 'tidb-server -config … -store unistore -path EMPTY_DIRECTORY (same flags and configuration), connected to every 5 ms',
      oursSamples: ours,
      peerSamples: peer,
      percentiles: [50, 95],
      target: 0.3,
    },
  ])
} finally {
  await running.stop()
}

async function startFromTemplate(): Promise<number> {
  let server: Awaited<ReturnType<typeof running.openServer>> | undefined
  const milliseconds = await timed(async () => {
    server = await running.openServer()
    await answer(server.endpoint)
  })
  await server?.stop()
  return milliseconds
}

async function startBare(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'vitest-tidb-bench-'))
  const [port, statusPort] = await freePorts()
  const place = { dataDirectory: join(folder, 'data'), folder, port, statusPort }
  await mkdir(place.dataDirectory)
  await writeFile(configFileOf(folder), serverConfig(folder))
  const begun = performance.now()
  const child = spawn(binary, serverArguments(place), { stdio: 'ignore', env: serverEnvironment() })
  const exited = once(child, 'exit')
  try {
    await answerEventually({ host: '127.0.0.1', port, user: 'root' }, 60)
    return performance.now() - begun
  } finally {
    child.kill('SIGKILL')
    await exited
    await rm(folder, { recursive: true })
  }
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()]
  const ports: number[] = []
  for (const server of servers) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    ports.push(typeof address === 'object' && address !== null ? address.port : 0)
  }
  for (const server of servers) {
    server.close()
    await once(server, 'close')
  }
  return ports as [number, number]
}
