/** Flags in which client and server must agree. https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html */
export const CAPABILITY = {
  compress: 0x20,
  ssl: 0x800,
  deprecateEof: 0x1_00_00_00,
  zstd: 0x4_00_00_00,
  queryAttributes: 0x8_00_00_00,
} as const

/** What the server's first packet says; undefined when it is not a greeting but an error. */
export function readGreeting(
  payload: Buffer,
): { readonly connectionId: number; readonly capabilities: number } | undefined {
  const PROTOCOL = 10
  if (payload[0] !== PROTOCOL) return undefined
  const version = payload.indexOf(0, 1)
  // Connection id 4, salt 8, filler 1; then capabilities in two halves, with character set 1 and status 2 between.
  const at = version + 1
  if (version === -1 || payload.length < at + 20) return undefined
  return {
    connectionId: payload.readUInt32LE(at),
    capabilities: (payload.readUInt16LE(at + 13) | (payload.readUInt16LE(at + 18) << 16)) >>> 0,
  }
}

/** An encrypted connection begins with the first half of a login, which ends before the name. */
export function asksForTls(payload: Buffer): boolean {
  return payload.length === 32 && (payload.readUInt32LE(0) & CAPABILITY.ssl) !== 0
}

export function agreed(server: number, login: Buffer): number {
  return login.length < 4 ? 0 : (server & login.readUInt32LE(0)) >>> 0
}

/** Why a connection's statements can't be seen. */
export type Obstacle = 'encrypted' | 'compressed'

export function obstacleIn(capabilities: number): Obstacle | undefined {
  return (capabilities & (CAPABILITY.compress | CAPABILITY.zstd)) === 0 ? undefined : 'compressed'
}
