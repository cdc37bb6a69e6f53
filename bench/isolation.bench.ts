// The whole anomaly catalogue in all modes and levels: our schedules, against the same steps by a script that waits 15 ms
// after each. Both one after another on one server; then ours on two servers at once. Set-up is not measured.
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { setTimeout as wait } from 'node:timers/promises'
import type { RunningServer } from '../src/backends/backend.ts'
import type { Endpoint } from '../src/connections/endpoint.ts'
import { openSession } from '../src/connections/open-session.ts'
import { AccountTable } from '../src/isolation/anomalies/account-table.ts'
import { titleOf, type AnomalyCase } from '../src/isolation/anomalies/anomaly-case.ts'
import { catalogue, specOfCase } from '../src/isolation/anomalies/catalogue.ts'
import { Seen, type JudgedSteps } from '../src/isolation/anomalies/seen.ts'
import { judge } from '../src/isolation/anomalies/verdict.ts'
import { OwnStage } from '../src/isolation/own-stage.ts'
import { PreparedSpec } from '../src/isolation/prepared-spec.ts'
import { inOrder } from '../src/isolation/run-schedule.ts'
import type { StepRecord } from '../src/isolation/report.ts'
import { transactionKinds, type TransactionKind } from '../src/isolation/transaction-kind.ts'
import { localBackend } from './local-tidb.ts'
import { alternate, publish, timed } from './measure.ts'

const PAIRS = 7
const PAUSE_MS = 15
const MOST_ATTEMPTS = 20
const table = new AccountTable(1)

/** By the title of the case, the mode and the level. */
type Verdicts = Map<string, Found>

interface Found {
  /** `occurs`, or `prevented` and the error's number. */
  readonly verdict: string
  readonly evidence: string
}

interface PreparedCase {
  readonly anomalyCase: AnomalyCase
  readonly prepared: PreparedSpec
  close(): Promise<void>
}

interface ScriptedCase {
  readonly anomalyCase: AnomalyCase
  readonly admin: Connection
  readonly sessions: ReadonlyMap<string, Connection>
}

let wrongVerdicts = 0
const { running } = await localBackend()
try {
  const servers = await Promise.all([running.openServer(), running.openServer()])
  const [one, other] = servers
  const ours = await prepareAll(one, 'ours', catalogue)
  const byTurns = await Promise.all(
    [one, other].map((server, turn) =>
      prepareAll(
        server,
        'spread',
        catalogue.filter((_, index) => index % 2 === turn),
      ),
    ),
  )
  const scripted = await connectAll(one.endpoint)

  const wanted = await runAll(ours)
  await scriptAll(scripted, wanted)
  const single = await alternate(
    PAIRS,
    () => timed(async () => assertSame(wanted, await runAll(ours))),
    () => scriptAll(scripted, wanted),
  )
  const spread: number[] = []
  for (let sample = 0; sample < PAIRS; sample++) {
    spread.push(
      await timed(async () => {
        const halves = await Promise.all(byTurns.map(runAll))
        assertSame(wanted, new Map(halves.flatMap((half) => [...half])))
      }),
    )
  }

  const figure = {
    bench: 'isolation',
    unit: 'ms' as const,
    better: 'lower' as const,
    peer: `mysql2: each step by connection.query(), then ${PAUSE_MS} ms of setTimeout, whether it has ended or not`,
    peerSamples: single.peer,
    percentiles: [50, 95],
    target: 0.333,
  }
  const cases = `${catalogue.length} cases in ${transactionKinds.length} modes and levels, the same verdicts (${wrongVerdicts} times the script had another, and did the case once more)`
  await publish([
    { ...figure, title: `Anomaly catalogue, ${cases}; one after another on one server`, oursSamples: single.ours },
    { ...figure, title: `The same; ours on two servers at once`, oursSamples: spread },
  ])
  await Promise.all([...ours, ...byTurns.flat()].map((each) => each.close()))
  await Promise.all(scripted.flatMap(({ admin, sessions }) => [admin, ...sessions.values()].map((each) => each.end())))
} finally {
  await running.stop()
}

/** Each case has a database of its own, so that all are set up before anything is measured. */
async function prepareAll(
  server: RunningServer,
  owner: string,
  cases: readonly AnomalyCase[],
): Promise<PreparedCase[]> {
  const { endpoint } = server
  const signal = new AbortController().signal
  await using admin = await openSession({ name: 'bench', endpoint })
  const prepared: PreparedCase[] = []
  for (const [index, anomalyCase] of cases.entries()) {
    const database = `${owner}_${index}`
    await admin.script(`CREATE DATABASE ${database}`)
    const { statusPort, host } = endpoint
    const stage = new OwnStage({
      signal,
      openSession: (name) => openSession({ name, endpoint, database }),
      ...(statusPort === undefined ? {} : { statusUrl: `http://${host}:${statusPort}` }),
    })
    const spec = await PreparedSpec.open(stage, specOfCase(anomalyCase, table))
    prepared.push({
      anomalyCase,
      prepared: spec,
      close: async () => {
        await spec.close()
        await stage[Symbol.asyncDispose]()
      },
    })
  }
  return prepared
}

async function runAll(cases: readonly PreparedCase[]): Promise<Verdicts> {
  const verdicts: Verdicts = new Map()
  for (const { anomalyCase, prepared } of cases) {
    for (const kind of transactionKinds) {
      const report = await prepared.run(inOrder(anomalyCase.schedule), kind)
      const { outcome, error, evidence } = judge(anomalyCase, report, table)
      const verdict = error === undefined ? outcome : `${outcome} ${error.errno}`
      verdicts.set(nameOf(anomalyCase, kind), { verdict, evidence: `${evidence}\n${report}` })
    }
  }
  return verdicts
}

async function connectAll({ host, port, user }: Endpoint): Promise<ScriptedCase[]> {
  const scripted: ScriptedCase[] = []
  for (const [index, anomalyCase] of catalogue.entries()) {
    const database = `script_${index}`
    const connect = (): Promise<Connection> => createConnection({ host, port, user })
    const admin = await connect()
    await admin.query(`CREATE DATABASE ${database}`)
    await admin.query(`USE ${database}`)
    const sessions = new Map<string, Connection>()
    for (const name of Object.keys(anomalyCase.sessions(table))) {
      const session = await connect()
      await session.query(`USE ${database}`)
      sessions.set(name, session)
    }
    scripted.push({ anomalyCase, admin, sessions })
  }
  return scripted
}

/** Milliseconds of the steps and the pauses alone. A case that ends with another verdict than ours is done once more. */
async function scriptAll(cases: readonly ScriptedCase[], wanted: Verdicts): Promise<number> {
  let milliseconds = 0
  for (const each of cases) {
    for (const kind of transactionKinds) milliseconds += await scriptAgreeing(each, kind, wanted)
  }
  return milliseconds
}

/** Where 15 ms are not enough for a step, the script finds something else. */
async function scriptAgreeing(each: ScriptedCase, kind: TransactionKind, wanted: Verdicts): Promise<number> {
  const name = nameOf(each.anomalyCase, kind)
  const first = wanted.get(name)
  for (let attempt = 1; ; attempt++) {
    for (const statement of table.setup) await each.admin.query(statement)
    for (const session of each.sessions.values()) {
      await session.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${kind.level}`)
      await session.query(`SET SESSION tidb_txn_mode = '${kind.mode}'`)
    }
    let found: Found | undefined
    const milliseconds = await timed(async () => {
      found = await script(each)
    })
    if (found?.verdict === first?.verdict) return milliseconds
    wrongVerdicts++
    process.stderr.write(`  the script finds '${found?.verdict}', we '${first?.verdict}', so once more: ${name}\n`)
    if (attempt === MOST_ATTEMPTS)
      throw new Error(`${name}\nwe found ${first?.evidence}\nthe script ${found?.evidence}`)
  }
}

async function script({ anomalyCase, admin, sessions }: ScriptedCase): Promise<Found> {
  const steps = anomalyCase.sessions(table)
  const errors: number[] = []
  const sent: Promise<JudgedSteps['records'][number]>[] = []
  for (const { session, step } of anomalyCase.schedule) {
    const sql = steps[session]?.[step] ?? ''
    const result = sessions.get(session)?.query<RowDataPacket[]>(sql)
    sent.push(
      (result ?? Promise.reject(new Error(`there is no session ${session}`))).then(
        ([rows]) => ({ session, step, outcome: 'done', ...(Array.isArray(rows) ? { rows } : {}) }),
        (error: { errno: number }) => {
          errors.push(error.errno)
          return { session, step, outcome: 'failed' }
        },
      ),
    )
    await wait(PAUSE_MS)
  }
  const records = await Promise.all(sent)
  const [rows] = await admin.query<RowDataPacket[]>('SELECT id, value FROM account ORDER BY id')
  const last = { session: 'admin', step: 'read', outcome: 'done', rows } satisfies Partial<StepRecord>
  const [seen] = Seen.ofEachPair({ records, afterwards: [last] }, table)
  const evidence = seen?.allReads() ?? ''
  if (seen !== undefined && anomalyCase.shows(seen) !== undefined) return { verdict: 'occurs', evidence }
  return { verdict: ['prevented', ...errors].join(' '), evidence }
}

function nameOf(anomalyCase: AnomalyCase, { mode, level }: TransactionKind): string {
  return `${titleOf(anomalyCase)}: ${mode}, ${level}`
}

function assertSame(wanted: Verdicts, verdicts: Verdicts): void {
  for (const [name, first] of wanted) {
    const now = verdicts.get(name)
    if (now?.verdict === first.verdict) continue
    const found = [first, now].map((each) => `${each?.verdict}: ${each?.evidence}`)
    throw new Error(`${name}\nat first we found ${found[0]}\nthen this was found ${found[1]}`)
  }
}
