import { createConnection as connectMariadb } from 'mariadb'
import { createConnection as connectMysql2 } from 'mysql2/promise'
import type { Endpoint } from '../src/connections/endpoint.ts'

interface LoopOptions {
  readonly database: string
  readonly rows: number
  readonly sessions: number
  readonly seconds: number
}

/** Sends one statement, or several at once. */
interface Loop {
  readonly name: string
  /** Statements of one round trip. */
  readonly depth: number
  open(): Promise<{ round(id: () => number): Promise<unknown>; close(): Promise<void> }>
}

const SQL = 'SELECT c FROM sbtest1 WHERE id=?'

/** What point selects cost by the connectors alone, in this process: a line for each way. */
export async function connectorLoops(endpoint: Endpoint, options: LoopOptions): Promise<string[]> {
  const { host, port, user } = endpoint
  const { database } = options
  const where = { host, port, user, database }
  const mariadb = (depth: number): Loop => ({
    name: `mariadb, prepared, ${depth === 1 ? 'one at a time' : `${depth} pipelined`}`,
    depth,
    async open() {
      const connection = await connectMariadb({ ...where, rowsAsArray: true, trace: false })
      const statement = await connection.prepare(SQL)
      return {
        round: (id) => Promise.all(Array.from({ length: depth }, () => statement.execute([id()]))),
        close: () => connection.end(),
      }
    },
  })
  const mysql2: Loop = {
    name: 'mysql2, prepared, rowsAsArray, trace: false',
    depth: 1,
    async open() {
      const connection = await connectMysql2({ ...where, rowsAsArray: true, trace: false })
      return { round: (id) => connection.execute(SQL, [id()]), close: () => connection.end() }
    },
  }
  const lines: string[] = []
  for (const loop of [mysql2, mariadb(1), mariadb(4)]) lines.push(await measure(loop, options))
  return lines
}

async function measure(loop: Loop, { rows, sessions, seconds }: LoopOptions): Promise<string> {
  const open = await Promise.all(Array.from({ length: sessions }, () => loop.open()))
  const id = (): number => 1 + Math.floor(Math.random() * rows)
  const cpu = process.cpuUsage()
  const begun = performance.now()
  let statements = 0
  await Promise.all(
    open.map(async ({ round }) => {
      while (performance.now() - begun < seconds * 1_000) {
        await round(id)
        statements += loop.depth
      }
    }),
  )
  const elapsed = (performance.now() - begun) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  await Promise.all(open.map(({ close }) => close()))
  return `  ${loop.name}: ${(statements / elapsed).toFixed(0)}/s, ${((user + system) / statements).toFixed(1)} µs of CPU a statement`
}
