import { createHash } from 'node:crypto'
import { sleep } from '../../clock/sleep.ts'
import { systemClock } from '../../clock/system-clock.ts'
import type { Session } from '../../connections/session.ts'
import { leasedDatabaseName, runLockName } from '../../databases/database-name.ts'
import { StatementError } from '../../errors/statement-error.ts'
import { TidbTestError } from '../../errors/tidb-test-error.ts'
import type { LoadMeasurement } from '../results/load-measurement.ts'
import { clockOffset } from './clock-offset.ts'

export interface MeetingOptions {
  /** What the shards call the load; so they find each other on the server. */
  readonly name: string
  /** From 0 on. The first one makes the database, and drops it. */
  readonly index: number
  readonly count: number
  /** Milliseconds that the others are waited for at each meeting. */
  readonly timeout: number
  readonly signal: AbortSignal
  /** A session on the common server. */
  readonly session: Session
}

type Phase = 'came' | 'ready' | 'done' | 'failed'

const POLL = 50
/** Between two signs of life of the first shard, and after how many seconds without it is taken for dead. */
const BEAT = 1_000
const DEAD_SECONDS = 15
/** Milliseconds from the moment that all are ready to the common beginning. */
const LEAD = 1_000
const ER_BAD_DB = 1049
const ER_NO_SUCH_TABLE = 1146

/** Where shards of a run, each in a process or on a machine of its own, meet in the database of a load that they share. */
export class ShardMeeting {
  /** The database of the load. Later runs drop it, should this one die before it could. */
  readonly database: string
  readonly #options: MeetingOptions
  readonly #run: string
  #beat: NodeJS.Timeout | undefined

  constructor(options: MeetingOptions) {
    this.#options = options
    this.#run = createHash('sha256').update(options.name).digest('hex').slice(0, 8)
    this.database = leasedDatabaseName(this.#run, 0)
  }

  get #leads(): boolean {
    return this.#options.index === 0
  }

  /**
   * The first shard makes the database and prepares it; the others wait for that.
   *
   * @throws TidbTestError `LOAD_SHARD_NAME` when such a load runs on this server, `LOAD_SHARD_MISSING`
   */
  async enter(prepare: () => Promise<void>): Promise<void> {
    if (this.#leads) await this.#open(prepare)
    else await this.#until('the first shard has prepared the database', () => this.#isOpen())
    await this.#say('came')
  }

  /** Waits until all are ready; gives the common beginning by this machine's clock, in milliseconds since the epoch. */
  async begin(): Promise<number> {
    await this.#say('ready')
    await this.#until('all shards are ready', async () => (await this.#count('ready')) === this.#options.count)
    const offset = await clockOffset(this.#options.session)
    if (this.#leads) {
      const at = systemClock.now() + offset.milliseconds + LEAD
      await this.#options.session.script(`UPDATE ${this.#table} SET begin_at = ${at} WHERE shard = 0`)
    }
    const beginAt = await this.#until('the first shard has set the beginning', async () => {
      const [row] = await this.#rows<{ begin_at: number | null }>('begin_at', 'shard = 0')
      return row?.begin_at ?? undefined
    })
    return Number(beginAt) - offset.milliseconds
  }

  /** Gives one's own measurement to the others, and takes theirs. */
  async exchange(measurement: LoadMeasurement): Promise<LoadMeasurement[]> {
    const { session, index, count } = this.#options
    const text = Buffer.from(JSON.stringify(measurement)).toString('base64')
    await session.script(`UPDATE ${this.#table} SET phase = 'done', measurement = '${text}' WHERE shard = ${index}`)
    await this.#until('all shards have measured', async () => (await this.#count('done')) === count)
    const rows = await this.#rows<{ measurement: string }>('measurement', "phase = 'done' ORDER BY shard")
    return rows.map((row) => JSON.parse(Buffer.from(row.measurement, 'base64').toString()) as LoadMeasurement)
  }

  /** The first waits until the others have taken what they need, then drops the database. */
  async leave(failed: boolean): Promise<void> {
    const { session, index } = this.#options
    try {
      if (failed) {
        await this.#say('failed')
      } else {
        await session.script(`UPDATE ${this.#table} SET gone = 1 WHERE shard = ${index}`)
        if (this.#leads) await this.#until('all shards have left', async () => this.#allGone())
      }
    } catch (error) {
      // Whoever fails has told why already, and may have had no table to say so.
      if (!failed) throw error
    } finally {
      clearInterval(this.#beat)
      if (this.#leads) {
        await session.script(`DROP DATABASE IF EXISTS ${this.database}; DO RELEASE_LOCK('${runLockName(this.#run)}')`)
      }
    }
  }

  get #table(): string {
    return `${this.database}.load_shard`
  }

  async #open(prepare: () => Promise<void>): Promise<void> {
    const { session, name } = this.#options
    const [row] = await session.query<{ got: number }>`SELECT GET_LOCK(${runLockName(this.#run)}, 0) AS got`
    if (row?.got !== 1) {
      throw new TidbTestError('LOAD_SHARD_NAME', `a load called '${name}' is under way on this server`, {
        remedy: 'Give the load a name of its own, or wait until the other run has ended.',
      })
    }
    await session.script(`DROP DATABASE IF EXISTS ${this.database}; CREATE DATABASE ${this.database}`)
    await prepare()
    await session.script(`
      CREATE TABLE ${this.#table} (shard INT PRIMARY KEY, phase VARCHAR(8), beat DATETIME(6), begin_at DOUBLE,
        measurement LONGTEXT, gone INT NOT NULL DEFAULT 0)`)
    this.#beat = setInterval(() => {
      session.script(`UPDATE ${this.#table} SET beat = NOW(6) WHERE shard = 0`).then(
        () => undefined,
        () => clearInterval(this.#beat),
      )
    }, BEAT)
  }

  async #isOpen(): Promise<boolean> {
    try {
      const rows = await this.#rows('shard', `shard = 0 AND beat > NOW(6) - INTERVAL ${DEAD_SECONDS} SECOND`)
      return rows.length === 1
    } catch (error) {
      if (error instanceof StatementError && [ER_BAD_DB, ER_NO_SUCH_TABLE].includes(error.errno)) return false
      throw error
    }
  }

  async #say(phase: Phase): Promise<void> {
    const { session, index } = this.#options
    await session.script(
      `INSERT INTO ${this.#table} (shard, phase, beat) VALUES (${index}, '${phase}', NOW(6))
        ON DUPLICATE KEY UPDATE phase = VALUES(phase), beat = NOW(6)`,
    )
  }

  async #count(phase: Phase): Promise<number> {
    const rows = await this.#rows<{ phase: Phase; shard: number }>('shard, phase', '1')
    const failed = rows.find((row) => row.phase === 'failed')
    if (failed !== undefined) {
      throw new TidbTestError(
        'LOAD_SHARD_FAILED',
        `shard ${failed.shard + 1} of the load '${this.#options.name}' failed`,
        {
          remedy: 'What it failed with is in the output of that shard.',
        },
      )
    }
    // Who measures quickly is done before another has seen that all are ready.
    return rows.filter((row) => row.phase === phase || (phase === 'ready' && row.phase === 'done')).length
  }

  async #allGone(): Promise<boolean> {
    const rows = await this.#rows('shard', 'gone = 1')
    return rows.length === this.#options.count
  }

  async #rows<Row extends object>(columns: string, condition: string): Promise<Row[]> {
    const [rows] = await this.#options.session.script(`SELECT ${columns} FROM ${this.#table} WHERE ${condition}`)
    return rows as Row[]
  }

  async #until<T>(what: string, look: () => Promise<T | false | undefined>): Promise<T> {
    const { timeout, signal, name, count } = this.#options
    const deadline = systemClock.now() + timeout
    for (;;) {
      const found = await look()
      if (found !== false && found !== undefined) return found
      if (systemClock.now() > deadline) {
        throw new TidbTestError('LOAD_SHARD_MISSING', `'${name}' waited ${timeout} ms until ${what}, in vain`, {
          remedy: `Each of the ${count} shards must run, at the same time, the test that drives this load.`,
        })
      }
      await sleep(systemClock, POLL, signal)
    }
  }
}
