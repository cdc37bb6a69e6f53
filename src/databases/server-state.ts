import { setTimeout as delay } from 'node:timers/promises'
import type { AdminConnection } from './admin-connection.ts'

/**
 * System tables that hold what DROP DATABASE does not undo. Left out on purpose, because they change by themselves:
 * statistics, GC and DDL bookkeeping, timers, TTL, runaway queries, column usage, and password_history's times.
 */
const TABLES = [
  'user',
  'db',
  'tables_priv',
  'columns_priv',
  'global_priv',
  'global_grants',
  'role_edges',
  'default_roles',
  'global_variables',
  'bind_info',
  'opt_rule_blacklist',
  'expr_pushdown_blacklist',
] as const

/** Columns that time or use changes, or that remember what is over. */
const LEFT_OUT = /^(?:create_time|update_time|last_used_date|password_last_changed)$/iu

const DDL_DEADLINE_MS = 10_000

/**
 * What a private server looks like beside its lent databases, to tell whether a test left a trace on it by whatever
 * connection it used.
 *
 * A comparison is three prepared statements, together 4 to 5 ms on two cores: checksums of the system tables that hold
 * accounts, privileges, GLOBAL variables and bindings (3.4 ms; 9.7 ms if not prepared), the variables that live in memory
 * only (0.3 ms), and the DDL jobs since the last comparison (0.3 ms). Only when one of those was about something other
 * than a lent database are databases, resource groups and placement policies looked at.
 */
export class ServerState {
  readonly #admin: AdminConnection
  readonly #checksumsSql: string
  readonly #memorySql: string
  #checksums = new Map<string, string>()
  #memory: string[] = []
  #objects: readonly string[] = []
  #databases: ReadonlySet<string> = new Set()
  #lastJob = '0'

  private constructor(admin: AdminConnection, checksumsSql: string, memorySql: string) {
    this.#admin = admin
    this.#checksumsSql = checksumsSql
    this.#memorySql = memorySql
  }

  /** Looks at a server on which no test has run yet. */
  static async of(admin: AdminConnection): Promise<ServerState> {
    const inMemory = await admin.run(
      `SELECT variable_name AS name FROM information_schema.variables_info WHERE variable_scope LIKE '%INSTANCE%' AND variable_name <> 'tidb_config' ORDER BY variable_name`,
    )
    const memory = inMemory.map((row) => `@@GLOBAL.\`${String(row['name'])}\` AS \`${String(row['name'])}\``)
    const state = new ServerState(admin, await checksumsSql(admin), `SELECT ${['1', ...memory].join(', ')}`)
    state.#checksums = await state.#readChecksums()
    state.#memory = await state.#readMemory()
    state.#objects = await state.#readObjects()
    state.#databases = new Set(await state.#readDatabases())
    const [last] = await admin.run('SELECT IFNULL(MAX(job_id), 0) AS id FROM mysql.tidb_ddl_history')
    state.#lastJob = String(last?.['id'] ?? 0)
    return state
  }

  /**
   * What differs from the beginning, in words; undefined if nothing does. `lent` are the databases that tests have or had,
   * where anything goes.
   */
  async difference(lent: ReadonlySet<string>): Promise<string | undefined> {
    return (await this.#changedTable()) ?? (await this.#changedVariable()) ?? (await this.#changedObject(lent))
  }

  /** Waits for DDL that a killed connection left behind, for it goes on without its connection. Gives up after 10 s: false. */
  async ddlHasEnded(): Promise<boolean> {
    const deadline = Date.now() + DDL_DEADLINE_MS
    for (let wait = 5; Date.now() < deadline; wait = Math.min(wait * 2, 100)) {
      const [row] = await this.#admin.runPrepared('SELECT COUNT(*) AS n FROM mysql.tidb_ddl_job')
      if (Number(row?.['n']) === 0) return true
      await delay(wait)
    }
    return false
  }

  async #changedTable(): Promise<string | undefined> {
    for (const [table, checksum] of await this.#readChecksums()) {
      if (this.#checksums.get(table) !== checksum) return `mysql.${table} has changed`
    }
    return undefined
  }

  async #changedVariable(): Promise<string | undefined> {
    const now = await this.#readMemory()
    const changed = now.find((line, index) => line !== this.#memory[index])
    return changed === undefined ? undefined : `a GLOBAL variable has changed: ${changed}`
  }

  async #changedObject(lent: ReadonlySet<string>): Promise<string | undefined> {
    const jobs = await this.#admin.runPrepared(
      `SELECT job_id, db_name FROM mysql.tidb_ddl_history WHERE job_id > ${this.#lastJob} ORDER BY job_id`,
    )
    if (jobs.length === 0) return undefined
    this.#lastJob = String(jobs.at(-1)?.['job_id'])
    // For resource groups and placement policies db_name holds their name.
    const elsewhere = new Set(jobs.map((job) => String(job['db_name'])).filter((name) => !lent.has(name)))
    if (elsewhere.size === 0) return undefined

    const objects = await this.#readObjects()
    if (objects.join('\n') !== this.#objects.join('\n')) return 'resource groups or placement policies have changed'
    for (const database of elsewhere) {
      if (this.#databases.has(database)) return `DDL was run in database ${database}`
    }
    const further = (await this.#readDatabases()).find((name) => !this.#databases.has(name) && !lent.has(name))
    return further === undefined ? undefined : `database ${further} was created`
  }

  async #readChecksums(): Promise<Map<string, string>> {
    const rows = await this.#admin.runPrepared(this.#checksumsSql)
    return new Map(rows.map((row) => [String(row['t']), `${String(row['n'])} ${String(row['h'])}`]))
  }

  async #readMemory(): Promise<string[]> {
    const [row = {}] = await this.#admin.runPrepared(this.#memorySql)
    return Object.entries(row).map(([name, value]) => `${name} = ${String(value)}`)
  }

  async #readObjects(): Promise<string[]> {
    const groups = await this.#admin.run('SELECT * FROM information_schema.resource_groups ORDER BY name')
    const policies = await this.#admin.run('SELECT * FROM information_schema.placement_policies ORDER BY policy_name')
    return [...groups, ...policies].map((row) => JSON.stringify(row))
  }

  async #readDatabases(): Promise<string[]> {
    const rows = await this.#admin.run('SHOW DATABASES')
    return rows.map((row) => String(row['Database']))
  }
}

/** One statement for all tables, over the columns that this version has. */
async function checksumsSql(admin: AdminConnection): Promise<string> {
  const rows = await admin.run(
    `SELECT LOWER(table_name) AS t, column_name AS c FROM information_schema.columns WHERE table_schema = 'mysql' ORDER BY table_name, ordinal_position`,
  )
  const columns = new Map<string, string[]>(TABLES.map((table) => [table, []]))
  for (const row of rows) {
    const column = String(row['c'])
    if (!LEFT_OUT.test(column)) columns.get(String(row['t']))?.push(`IFNULL(\`${column}\`, '~')`)
  }
  return [...columns]
    .filter(([, names]) => names.length > 0)
    .map(([table, names]) => {
      // A dropped binding stays for a while as a row that says so.
      const where = table === 'bind_info' ? ` WHERE status <> 'deleted'` : ''
      return `SELECT '${table}' AS t, COUNT(*) AS n, BIT_XOR(CRC32(CONCAT_WS('|', ${names.join(', ')}))) AS h FROM mysql.${table}${where}`
    })
    .join(' UNION ALL ')
}
