import type { Session } from '../connections/session.ts'
import type { Wire } from '../connections/wire.ts'

/** ER_WRONG_VALUE_FOR_VAR, ER_UNKNOWN_COLLATION, ER_UNKNOWN_CHARACTER_SET: the reference has no such value. */
const UNKNOWN_VALUES: ReadonlySet<number | undefined> = new Set([1231, 1273, 1115])

/** Of a session of TiDB what the meaning of its statements depends on. */
export interface MeaningfulSettings {
  readonly sqlMode: string
  readonly collationConnection: string
  readonly collationDatabase: string
}

export async function settingsOf(session: Session): Promise<MeaningfulSettings> {
  const [row] = await session.query<Record<keyof MeaningfulSettings, string>>`
    SELECT @@sql_mode AS sqlMode, @@collation_connection AS collationConnection, @@collation_database AS collationDatabase`
  return row as MeaningfulSettings
}

/** Sets a connection to the reference as a session of TiDB is; what the reference does not know stays as it is there. */
export async function adoptSettings(wire: Wire, settings: MeaningfulSettings): Promise<void> {
  const { sqlMode, collationConnection } = settings
  await set(wire, 'collation_connection', collationConnection)
  if (await set(wire, 'sql_mode', sqlMode)) return
  // Modes differ from product to product: those that both have are set.
  let modes: readonly string[] = []
  for (const mode of sqlMode.split(',')) {
    if (await set(wire, 'sql_mode', [...modes, mode].join(','))) modes = [...modes, mode]
  }
}

async function set(wire: Wire, variable: string, value: string): Promise<boolean> {
  try {
    await wire.send(`SET ${variable} = '${value.replaceAll("'", "''")}'`)
    return true
  } catch (error) {
    if (UNKNOWN_VALUES.has((error as { errno?: number }).errno)) return false
    throw error
  }
}
