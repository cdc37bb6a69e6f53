// What handlers in Python cost: one statement, one hundred handlers, and the start of an interpreter, each against the same
// in TypeScript or against what was promised.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { BlockingObserver } from '../src/blocking/blocking-observer.ts'
import { openSession } from '../src/connections/open-session.ts'
import type { Session } from '../src/connections/session.ts'
import { ConnectionsHost } from '../src/python/connections-host.ts'
import { findInterpreter } from '../src/python/find-interpreter.ts'
import { runHandler } from '../src/python/handler-run.ts'
import { Interpreter } from '../src/python/interpreter.ts'
import { Installed } from './installed.ts'
import { localBackend } from './local-tidb.ts'
import { alternate, publish, timed } from './measure.ts'

const ROUNDS = 20
const STATEMENTS = 100
const PAIRS = 5
const TESTS = 100
const STARTS = 15
/** Milliseconds that were promised. */
const READY = 250
const MORE = 3_000

const HANDLER = `
from time import perf_counter
from test_rig_python import PyStateHandler, PyState

class Measured(PyStateHandler):
    def execute(self, context):
        send = context.connection.execute_query
        for _ in range(${STATEMENTS}):
            begun = perf_counter()
            send("SELECT 1")
            print((perf_counter() - begun) * 1000)
        return PyState.completed()
`

const CONFIG = `import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'
export default defineConfig({ plugins: [tidb()], test: { include: ['test_*.py', '*.test.ts'] } })
`

const { executable, version } = await findInterpreter()
const folder = await mkdtemp(join(tmpdir(), 'vitest-tidb-python-bench-'))
const { running } = await localBackend()
const installed = await Installed.create()

try {
  const statements = await measureStatements()
  const tests = await measureTests()
  const starts = await measureStarts()
  await publish([
    {
      bench: 'python',
      title: `execute_query("SELECT 1") in Python ${version}`,
      unit: 'ms',
      better: 'lower',
      peer: 'session.query`SELECT 1` in TypeScript on the same session',
      oursSamples: statements.ours,
      peerSamples: statements.peer,
      percentiles: [50, 95],
      target: 2,
    },
    {
      bench: 'python-tests',
      title: `vitest run with ${TESTS} handlers of one statement each`,
      unit: 'ms',
      better: 'lower',
      peer: `the same ${TESTS} tests in TypeScript, plus ${MORE} ms`,
      oursSamples: tests.ours,
      peerSamples: tests.peer.map((milliseconds) => milliseconds + MORE),
      target: 1,
    },
    {
      bench: 'python-start',
      title: 'an interpreter, until it is ready for handlers',
      unit: 'ms',
      better: 'lower',
      peer: `the promised ${READY} ms`,
      oursSamples: starts,
      peerSamples: [READY],
      percentiles: [50, 95],
      target: 1,
    },
  ])
} finally {
  await running.stop()
  await installed.remove()
  await rm(folder, { recursive: true, force: true })
}

async function measureStatements(): Promise<{ ours: number[]; peer: number[] }> {
  const file = join(folder, 'test_measured.py')
  await writeFile(file, HANDLER)
  const server = await running.openServer()
  const open = (name: string): Promise<Session> => openSession({ name, endpoint: server.endpoint })
  const session = await open('measured')
  const observer = new BlockingObserver({ openSession: open, sessions: () => [session] })
  const interpreter = await Interpreter.start({ executable })
  const samples = { ours: [] as number[], peer: [] as number[] }
  try {
    // The first round is for both to get warm.
    for (let round = 0; round <= ROUNDS; round++) {
      const inPython = await pythonTimes(file, session, observer, interpreter, server.endpoint)
      const inTypeScript: number[] = []
      for (let index = 0; index < STATEMENTS; index++) inTypeScript.push(await timed(() => session.query`SELECT 1`))
      if (round === 0) continue
      samples.ours.push(...inPython)
      samples.peer.push(...inTypeScript)
    }
    return samples
  } finally {
    await interpreter.end()
    await session.close()
    await server.stop()
  }
}

async function pythonTimes(
  file: string,
  main: Session,
  observer: BlockingObserver,
  interpreter: Interpreter,
  endpoint: Parameters<typeof openSession>[0]['endpoint'],
): Promise<number[]> {
  const connections = new ConnectionsHost({
    main,
    open: () => Promise.reject(new Error('the handler has one connection')),
    observer,
    signal: new AbortController().signal,
    lockWaitTimeout: undefined,
    folder: dirname(file),
    log: () => undefined,
  })
  const run = await runHandler({
    interpreter,
    file,
    handler: 'Measured',
    connections,
    database: { endpoint, name: '' },
    timeout: 60_000,
    exitTimeout: 1_000,
  })
  if (run.verdict !== 'passed') throw run.error
  return run.output.trim().split('\n').map(Number)
}

async function measureTests(): Promise<{ ours: number[]; peer: number[] }> {
  const numbers = Array.from({ length: TESTS }, (_, index) => index)
  const classes = numbers.map(
    (n) =>
      `class Handler${n}(PyStateHandler):\n    def execute(self, context):\n        context.connection.execute_query("SELECT 1")\n        return PyState.completed()\n`,
  )
  const python = await installed.project('python', {
    'vitest.config.ts': CONFIG,
    'test_many.py': `from test_rig_python import PyStateHandler, PyState\n${classes.join('\n')}`,
  })
  const tests = numbers.map((n) => `test('${n}', async ({ db }) => { await db.query\`SELECT 1\` })\n`)
  const typescript = await installed.project('typescript', {
    'vitest.config.ts': CONFIG,
    'many.test.ts': `import { test } from 'vitest-tidb'\n${tests.join('')}`,
  })
  await installed.vitest(python)
  await installed.vitest(typescript)
  return alternate(
    PAIRS,
    () => timed(() => installed.vitest(python)),
    () => timed(() => installed.vitest(typescript)),
  )
}

async function measureStarts(): Promise<number[]> {
  const samples: number[] = []
  for (let index = 0; index < STARTS; index++) {
    let interpreter: Interpreter | undefined
    samples.push(
      await timed(async () => {
        interpreter = await Interpreter.start({ executable })
      }),
    )
    await interpreter?.end()
  }
  return samples
}
