// What the fault proxy costs while no fault is in force: point selects of 8 sessions through it, beside the same ones
// straight to the server, and beside the same ones through toxiproxy.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../src/child-process/free-ports.ts'
import type { Endpoint } from '../src/connections/endpoint.ts'
import { openSession } from '../src/connections/open-session.ts'
import type { Session } from '../src/connections/session.ts'
import { FaultProxy } from '../src/faults/fault-proxy.ts'
import { localBackend } from './local-tidb.ts'
import { publish, type Figure } from './measure.ts'

const SESSIONS = 8
const ROWS = 1_000
const WINDOW_MS = 1_000
const ROUNDS = 20
const TOXIPROXY = 'github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0'

type Side = 'direct' | 'ours' | 'toxiproxy'

const folder = await mkdtemp(join(tmpdir(), 'vitest-tidb-toxiproxy-'))
const { running } = await localBackend()
let toxiproxy: ChildProcess | undefined
try {
  const { endpoint } = await running.openServer()
  await fill(endpoint)
  await using proxy = await FaultProxy.before(endpoint)
  const peer = await startToxiproxy(endpoint)
  const sessions: Record<Side, Session[]> = {
    direct: await open(endpoint),
    ours: await open(proxy.endpoint),
    toxiproxy: await open(peer),
  }
  const samples: Record<Side, number[]> = { direct: [], ours: [], toxiproxy: [] }
  const sides = Object.keys(samples) as Side[]
  for (const side of sides) await selects(sessions[side])
  for (let round = 0; round < ROUNDS; round++) {
    // Each round begins with another one.
    for (let turn = 0; turn < sides.length; turn++) {
      const side = sides[(round + turn) % sides.length] as Side
      samples[side].push(await selects(sessions[side]))
    }
    process.stderr.write(
      `  round ${round + 1} of ${ROUNDS}: ${sides.map((side) => `${side} ${samples[side].at(-1)?.toFixed(0)}`).join(', ')}\n`,
    )
  }
  await Promise.all(Object.values(sessions).flatMap((each) => each.map((session) => session.close())))
  await publish([
    figure(samples.ours, samples.direct, 'the same straight to the server', 0.85),
    figure(samples.ours, samples.toxiproxy, `the same through toxiproxy without a toxic: go install ${TOXIPROXY}`, 1),
  ])
} finally {
  toxiproxy?.kill()
  await running.stop()
  await rm(folder, { recursive: true, force: true })
}

function figure(oursSamples: readonly number[], peerSamples: readonly number[], peer: string, target: number): Figure {
  return {
    bench: 'fault-proxy',
    title: `Point selects of ${SESSIONS} sessions through the fault proxy with no fault in force`,
    unit: 'runs/s',
    better: 'higher',
    peer,
    oursSamples,
    peerSamples,
    target,
  }
}

async function fill(endpoint: Endpoint): Promise<void> {
  await using session = await openSession({ name: 'setup', endpoint, database: 'test' })
  await session.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  const rows = Array.from({ length: ROWS }, (_, id) => `(${id}, ${id})`).join(',')
  await session.script(`INSERT INTO t VALUES ${rows}`)
}

function open(endpoint: Endpoint): Promise<Session[]> {
  return Promise.all(
    Array.from({ length: SESSIONS }, (_, index) => openSession({ name: `load ${index}`, endpoint, database: 'test' })),
  )
}

/** How many in a second. */
async function selects(sessions: readonly Session[]): Promise<number> {
  const begun = performance.now()
  let done = 0
  await Promise.all(
    sessions.map(async (session, index) => {
      for (let id = index; performance.now() - begun < WINDOW_MS; id = (id + SESSIONS) % ROWS, done++) {
        const [row] = await session.query<{ v: number }>`SELECT v FROM t WHERE id = ${id}`
        if (row?.v !== id) throw new Error(`row ${id} is ${JSON.stringify(row)}`)
      }
    }),
  )
  return (done * 1_000) / (performance.now() - begun)
}

async function startToxiproxy(behind: Endpoint): Promise<Endpoint> {
  process.stderr.write('installing toxiproxy\n')
  execFileSync('go', ['install', TOXIPROXY], {
    env: { ...process.env, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [api, port] = (await freePorts(2)) as [number, number]
  toxiproxy = spawn(join(folder, 'server'), ['-host', '127.0.0.1', '-port', String(api)], { stdio: 'ignore' })
  const proxies = `http://127.0.0.1:${api}/proxies`
  for (
    let attempt = 0;
    !(await fetch(proxies).then(
      (reply) => reply.ok,
      () => false,
    ));
    attempt++
  ) {
    if (attempt === 200) throw new Error('toxiproxy does not answer')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const made = await fetch(proxies, {
    method: 'POST',
    body: JSON.stringify({
      name: 'tidb',
      listen: `127.0.0.1:${port}`,
      upstream: `${behind.host}:${behind.port}`,
      enabled: true,
    }),
  })
  if (!made.ok) throw new Error(`toxiproxy: ${await made.text()}`)
  return { ...behind, port }
}
