import { AdminConnection } from './admin-connection.ts'

/** What this TiDB can do, as its variables say. */
export interface TidbFeatures {
  readonly foreignKeys: boolean
  readonly checkConstraints: boolean
  readonly metadataLock: boolean
  readonly resourceControl: boolean
}

const VARIABLES: Readonly<Record<keyof TidbFeatures, string>> = {
  foreignKeys: 'tidb_enable_foreign_key',
  checkConstraints: 'tidb_enable_check_constraint',
  metadataLock: 'tidb_enable_metadata_lock',
  resourceControl: 'tidb_enable_resource_control',
}

const ER_UNKNOWN_SYSTEM_VARIABLE = 1193

export async function readFeatures(admin: AdminConnection): Promise<TidbFeatures> {
  const on = await variablesOn(admin)
  const entries = Object.entries(VARIABLES).map(([feature, variable]) => [feature, on.has(variable)])
  return Object.fromEntries(entries) as TidbFeatures
}

/** The same over a connection of its own. @throws ConnectError `CONNECT_FAILED` */
export async function featuresOf(endpoint: Parameters<typeof AdminConnection.open>[0]): Promise<TidbFeatures> {
  const admin = await AdminConnection.open(endpoint)
  try {
    return await readFeatures(admin)
  } finally {
    admin.close()
  }
}

async function variablesOn(admin: AdminConnection): Promise<ReadonlySet<string>> {
  const names = Object.values(VARIABLES)
  try {
    // SHOW GLOBAL VARIABLES reads them all, which takes ten times as long.
    const [row] = await admin.run(`SELECT ${names.map((name) => `@@GLOBAL.${name} AS ${name}`).join(', ')}`)
    return new Set(names.filter((name) => Number(row?.[name]) === 1))
  } catch (error) {
    // An older TiDB does not have them all.
    if ((error as { errno?: number }).errno !== ER_UNKNOWN_SYSTEM_VARIABLE) throw error
    const rows = await admin.run(`SHOW GLOBAL VARIABLES LIKE 'tidb_enable_%'`)
    return new Set(rows.filter((row) => row['Value'] === 'ON').map((row) => String(row['Variable_name'])))
  }
}
