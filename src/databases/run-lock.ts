import { runLockName } from './database-name.ts'
import type { AdminConnection } from './admin-connection.ts'

/**
 * TiDB keeps an advisory lock as a row lock of a hidden transaction, and a transaction's locks live for an hour at most
 * (`performance.max-txn-ttl`). So two locks take turns, and one of them is always young.
 */
const RENEWAL_MS = 20 * 60_000

/** Shows other runs on the same server that this one lives. It falls with its connection, however the run ends. */
export class RunLock {
  readonly #names: readonly [string, string]
  #turn = 0
  #timer: NodeJS.Timeout | undefined

  constructor(run: string) {
    this.#names = [runLockName(run), `${runLockName(run)}_b`]
  }

  /** @returns false if somebody else holds it. */
  async take(admin: AdminConnection, onLost: (error: unknown) => void): Promise<boolean> {
    if (!(await lock(admin, this.#names[0]))) return false
    this.#timer = setInterval(() => {
      this.#renew(admin).catch(onLost)
    }, RENEWAL_MS)
    this.#timer.unref()
    return true
  }

  stopRenewing(): void {
    clearInterval(this.#timer)
  }

  async #renew(admin: AdminConnection): Promise<void> {
    const held = this.#names[this.#turn % 2] as string
    this.#turn += 1
    if (!(await lock(admin, this.#names[this.#turn % 2] as string)))
      throw new Error(`the lock ${held} could not be renewed`)
    await admin.run(`DO RELEASE_LOCK('${held}')`)
  }
}

/** Runs `work` while holding both locks of another run, if that run has ended; returns whether it had. */
export async function ifRunHasEnded(admin: AdminConnection, run: string, work: () => Promise<void>): Promise<boolean> {
  const held: string[] = []
  try {
    for (const name of [runLockName(run), `${runLockName(run)}_b`]) {
      if (!(await lock(admin, name))) return false
      held.push(name)
    }
    await work()
    return true
  } finally {
    for (const name of held) await admin.run(`DO RELEASE_LOCK('${name}')`)
  }
}

/** Takes a lock if it is free. TiDB answers 0 or fails with 1205 if it is not. */
async function lock(admin: AdminConnection, name: string): Promise<boolean> {
  try {
    const [row] = await admin.run(`SELECT GET_LOCK('${name}', 0) AS got`)
    return Number(row?.['got']) === 1
  } catch (error) {
    if ((error as { errno?: number }).errno === 1205 || (error as { errno?: number }).errno === 3572) return false
    throw error
  }
}
