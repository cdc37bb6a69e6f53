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

/** What a server looks like before any test has used it. Plain data. */
export interface FreshState {
  /** Reads the checksums, over the columns that this version has. */
  readonly checksumsSql: string
  /** By table of the schema `mysql`. */
  readonly checksums: Readonly<Record<string, string>>
  /** Reads the variables that live in memory only. */
  readonly memorySql: string
  readonly memory: readonly string[]
  /** Resource groups and placement policies. */
  readonly objects: readonly string[]
  readonly databases: readonly string[]
  readonly lastJob: string
}

/** Looks at a server on which no test has run yet. */
export async function readFreshState(admin: AdminConnection): Promise<FreshState> {
  const inMemory = await admin.run(
    `SELECT variable_name AS name FROM information_schema.variables_info WHERE variable_scope LIKE '%INSTANCE%' AND variable_name <> 'tidb_config' ORDER BY variable_name`,
  )
  const variables = inMemory.map((row) => `@@GLOBAL.\`${String(row['name'])}\` AS \`${String(row['name'])}\``)
  const memorySql = `SELECT ${['1', ...variables].join(', ')}`
  const sql = await checksumsSql(admin)
  const [last] = await admin.run('SELECT IFNULL(MAX(job_id), 0) AS id FROM mysql.tidb_ddl_history')
  return {
    checksumsSql: sql,
    checksums: await readChecksums(admin, sql),
    memorySql,
    memory: await readMemory(admin, memorySql),
    objects: await readObjects(admin),
    databases: await readDatabases(admin),
    lastJob: String(last?.['id'] ?? 0),
  }
}

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
  readonly #fresh: FreshState
  #lastJob: string

  constructor(admin: AdminConnection, fresh: FreshState) {
    this.#admin = admin
    this.#fresh = fresh
    this.#lastJob = fresh.lastJob
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
    for (const [table, checksum] of Object.entries(await readChecksums(this.#admin, this.#fresh.checksumsSql))) {
      if (this.#fresh.checksums[table] !== checksum) return `mysql.${table} has changed`
    }
    return undefined
  }

  async #changedVariable(): Promise<string | undefined> {
    const now = await readMemory(this.#admin, this.#fresh.memorySql)
    const changed = now.find((line, index) => line !== this.#fresh.memory[index])
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

    const objects = await readObjects(this.#admin)
    if (objects.join('\n') !== this.#fresh.objects.join('\n'))
      return 'resource groups or placement policies have changed'
    for (const database of elsewhere) {
      if (this.#fresh.databases.includes(database)) return `DDL was run in database ${database}`
    }
    const databases = await readDatabases(this.#admin)
    const further = databases.find((name) => !this.#fresh.databases.includes(name) && !lent.has(name))
    return further === undefined ? undefined : `database ${further} was created`
  }
}

async function readChecksums(admin: AdminConnection, sql: string): Promise<Record<string, string>> {
  const rows = await admin.runPrepared(sql)
  return Object.fromEntries(rows.map((row) => [String(row['t']), `${String(row['n'])} ${String(row['h'])}`]))
}

async function readMemory(admin: AdminConnection, sql: string): Promise<string[]> {
  const [row = {}] = await admin.runPrepared(sql)
  return Object.entries(row).map(([name, value]) => `${name} = ${String(value)}`)
}

async function readObjects(admin: AdminConnection): Promise<string[]> {
  const groups = await admin.run('SELECT * FROM information_schema.resource_groups ORDER BY name')
  const policies = await admin.run('SELECT * FROM information_schema.placement_policies ORDER BY policy_name')
  return [...groups, ...policies].map((row) => JSON.stringify(row))
}

async function readDatabases(admin: AdminConnection): Promise<string[]> {
  const rows = await admin.run('SHOW DATABASES')
  return rows.map((row) => String(row['Database']))
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
