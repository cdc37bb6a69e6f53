/*
 * Errors of a server after which the same work, done again, can succeed. In a transaction that is the whole of it: most
 * of them have rolled it back. Sources, in TiDB 8.5:
 *
 *   [kv]     pkg/kv/error.go, IsTxnRetryableError
 *   [sess]   pkg/session/session.go, isTxnRetryableError
 *   [dbutil] pkg/util/dbutil/retry.go, IsRetryableError
 *   [light]  pkg/lightning/common/retry.go, isSingleRetryableError
 *   [reorg]  pkg/util/dbterror/ddl_terror.go, ReorgRetryableErrCodes
 *   [docs]   https://docs.pingcap.com/tidb/stable/error-codes
 *   [mysql]  https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html
 *
 * Left out on purpose, although a source has them: 1105 as a whole ([light]; it is any error without a number, see the
 * messages below), 9006 ([reorg]; a read of the past that is gone stays gone), 8238 and what else only TiDB's own DDL
 * worker meets ([reorg]). And 3572, NOWAIT: who asks not to wait wants to be told.
 */
const RETRIABLE: ReadonlyMap<number, string> = new Map([
  [1205, 'lock wait timeout [light] [mysql]'],
  [1213, 'deadlock, the transaction was rolled back [dbutil] [light] [mysql]'],
  [8002, 'commit conflict of a transaction with SELECT FOR UPDATE, which the server does not retry [docs]'],
  [8005, 'write conflict found by the local latch [kv] [dbutil] [light] [reorg] [docs]'],
  [8022, 'the commit failed and was rolled back [kv] [dbutil] [light] [reorg] [docs]'],
  [8027, 'schema lease expired [dbutil] [light] [reorg] [docs]'],
  [8028, 'schema changed during the transaction [sess] [dbutil] [light] [reorg] [docs]'],
  [8229, 'the transaction lived too long; a new one may not [docs]'],
  [8245, 'column being changed by DDL that runs beside [dbutil]'],
  [8252, 'resource group out of tokens for now [docs]'],
  [9001, 'PD timeout [dbutil] [light] [reorg] [docs]'],
  [9002, 'TiKV timeout [light] [reorg] [docs]'],
  [9003, 'TiKV busy [dbutil] [light] [reorg] [docs]'],
  [9004, 'locks could not be resolved in time [dbutil] [light] [reorg] [docs]'],
  [9005, 'region unavailable [light] [reorg] [docs]'],
  [9007, 'write conflict [kv] [dbutil] [light] [reorg] [docs]'],
  [9008, 'too many requests to one store at a time [reorg] [docs]'],
  [9010, 'stale Raft command [reorg] [docs]'],
  [9011, 'timestamp not synchronised after a region moved [reorg]'],
  [9012, 'TiFlash timeout [reorg] [docs]'],
  [9013, 'TiFlash busy [reorg] [docs]'],
])

/** Those that say that the servers are unwell, and not that two transactions met. */
const UNAVAILABLE: ReadonlySet<number> = new Set([8252, 9001, 9002, 9003, 9005, 9008, 9010, 9011, 9012, 9013])

/** Errors that have another number, or none, but say it. */
const RETRIABLE_MESSAGES: readonly RegExp[] = [
  // TxnRetryableMark of pkg/kv/error.go: the mark of every commit that may be tried again, kept stable for clients.
  /\[try again later\]/,
  // Retryable1105Msgs of pkg/util/dbutil/retry.go.
  /Information schema is (?:out of date|changed)/,
  // pkg/executor/adapter.go, handlePessimisticLockError: the statement met write conflicts more often than it is retried.
  /pessimistic lock retry limit reached/,
]

/** Whether the server's error is one after which trying again can help. */
export function isRetriable(errno: number, message = ''): boolean {
  return RETRIABLE.has(errno) || RETRIABLE_MESSAGES.some((pattern) => pattern.test(message))
}

/** Whether the server's error says that the servers are unwell: more work of any kind would fare no better now. */
export function isUnavailable(errno: number): boolean {
  return UNAVAILABLE.has(errno)
}

/** Why connecting failed, where connecting again can help: the network, and a server that is full or going down. */
const CONNECTING: ReadonlySet<string | number> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // The resolver, not the name, has failed.
  'EAI_AGAIN',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  1040, // too many connections: pkg/server/server.go of TiDB
  1053, // server shutdown in progress [mysql]
  1203, // too many connections of one user [mysql]
])

/** Whether a driver's error on connecting, or what caused it, is one that may pass. */
export function isConnectingTransient(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  const { code, errno } = cause as { code?: string; errno?: number }
  return (
    (code !== undefined && CONNECTING.has(code)) ||
    (errno !== undefined && CONNECTING.has(errno)) ||
    isConnectingTransient(cause.cause)
  )
}
