import type { Session } from '../../connections/session.ts'
import { loadTable } from '../loader/load-table.ts'
import { between, type Random } from '../random/random.ts'
import { fnv64, scrambled, Zipfian } from '../random/zipfian.ts'
import type { LoadConnection } from '../wire/load-connection.ts'
import type { LoadProgram, SessionPlace } from '../program.ts'
import type { PrepareOptions } from '../workload.ts'

export type YcsbName = 'A' | 'B' | 'C' | 'D' | 'E' | 'F'

export interface YcsbOptions {
  /** Rows that are loaded; 1,000 when not given, as in YCSB. */
  readonly rows?: number
}

const ROWS = 1_000
const FIELDS = 10
const FIELD_LENGTH = 100
const MOST_SCANNED = 100
const MOST_SESSIONS = 1_024

type Operation = 'read' | 'update' | 'insert' | 'scan' | 'readModifyWrite'

interface Mix {
  readonly requests: 'zipfian' | 'latest'
  /** The first has what remains of 1. */
  readonly operations: readonly [Operation, number][]
}

/** Source: workloads/workloada … workloadf of brianfrankcooper/YCSB. */
const MIXES: Readonly<Record<YcsbName, Mix>> = {
  A: {
    requests: 'zipfian',
    operations: [
      ['read', 0.5],
      ['update', 0.5],
    ],
  },
  B: {
    requests: 'zipfian',
    operations: [
      ['read', 0.95],
      ['update', 0.05],
    ],
  },
  C: { requests: 'zipfian', operations: [['read', 1]] },
  D: {
    requests: 'latest',
    operations: [
      ['read', 0.95],
      ['insert', 0.05],
    ],
  },
  E: {
    requests: 'zipfian',
    operations: [
      ['scan', 0.95],
      ['insert', 0.05],
    ],
  },
  F: {
    requests: 'zipfian',
    operations: [
      ['read', 0.5],
      ['readModifyWrite', 0.5],
    ],
  },
}

export const ycsbNames = Object.keys(MIXES) as YcsbName[]

/** `usertable` as YCSB's JDBC binding has it. */
export async function prepareYcsb(
  session: Session,
  { rows = ROWS }: YcsbOptions,
  options: PrepareOptions = {},
): Promise<void> {
  const fields = Array.from({ length: FIELDS }, (_, index) => `FIELD${index}`)
  await session.script(
    `CREATE TABLE usertable (YCSB_KEY VARCHAR(255) PRIMARY KEY, ${fields.map((field) => `${field} TEXT`).join(', ')})`,
  )
  await loadTable(session, {
    ...options,
    table: 'usertable',
    columns: ['YCSB_KEY', ...fields],
    rows,
    row: (writer, n, random) => {
      writer.quoted(keyOf(n))
      for (let field = 0; field < FIELDS; field++) writer.quoted(text(random))
    },
  })
}

/** Core workloads A to F, one operation a transaction. */
export function ycsb({ name, rows = ROWS }: YcsbOptions & { readonly name: YcsbName }): LoadProgram {
  const mix = MIXES[name]
  const zipfian = new Zipfian(rows)
  /** How many keys each session has inserted: a session's lie in steps of the number of sessions. */
  const counts = new Map<number, number>()
  /** Numbers of the keys that this thread has inserted, the newest last. */
  const inserted: number[] = []
  let base = rows
  const nextKey = ({ index, count }: SessionPlace): number => {
    const nth = counts.get(index) ?? 0
    counts.set(index, nth + 1)
    return base + nth * count + index
  }
  const key = (random: Random): string => {
    if (mix.requests === 'zipfian') return keyOf(scrambled(zipfian.next(random), rows))
    const age = zipfian.next(random, rows + inserted.length)
    return keyOf(inserted.at(-1 - age) ?? rows - 1 - (age - inserted.length))
  }
  const read = (connection: LoadConnection, of: string): Promise<number> =>
    connection.execute('SELECT * FROM usertable WHERE YCSB_KEY = ?', [of])
  const update = (connection: LoadConnection, random: Random, of: string): Promise<number> =>
    connection.execute(`UPDATE usertable SET FIELD${between(random, 0, FIELDS - 1)} = ? WHERE YCSB_KEY = ?`, [
      text(random),
      of,
    ])
  return {
    // An earlier run of at most so many sessions cannot have gone further than this with what it inserted.
    async begin(connection) {
      const [[count] = []] = await connection.rows('SELECT COUNT(*) FROM usertable')
      base = rows + Math.max(0, Number(count) - rows) * MOST_SESSIONS
    },
    async step(connection, random, place) {
      switch (drawn(mix, random)) {
        case 'read':
          return read(connection, key(random))
        case 'update':
          return update(connection, random, key(random))
        case 'scan':
          return connection.execute('SELECT * FROM usertable WHERE YCSB_KEY >= ? ORDER BY YCSB_KEY LIMIT ?', [
            key(random),
            between(random, 1, MOST_SCANNED),
          ])
        case 'insert': {
          const n = nextKey(place)
          const values = Array.from({ length: FIELDS }, () => text(random))
          await connection.execute(`INSERT INTO usertable VALUES (${'?, '.repeat(FIELDS)}?)`, [keyOf(n), ...values])
          inserted.push(n)
          return 1
        }
        default: {
          const of = key(random)
          await read(connection, of)
          return update(connection, random, of)
        }
      }
    },
  }
}

function drawn({ operations }: Mix, random: Random): Operation {
  let rest = random()
  for (const [operation, share] of operations) {
    rest -= share
    if (rest < 0) return operation
  }
  return operations[0]?.[0] ?? 'read'
}

function keyOf(n: number): string {
  return `user${fnv64(BigInt(n))}`
}

/** Printable ASCII without what a literal would have to escape. */
function text(random: Random): string {
  let made = ''
  for (let length = 0; length < FIELD_LENGTH; length += 10) {
    made += Math.floor(random() * 36 ** 10)
      .toString(36)
      .padStart(10, '0')
  }
  return made
}
