import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isAlive, ownIdentity } from '../../child-process/process-identity.ts'

/** Label of every container of one run; its value is the run's id. */
export const RUN_LABEL = 'org.vitest-tidb.run'
const OWNER_LABEL = 'org.vitest-tidb.owner'
/** Testcontainers' own: Ryuk is told its value. */
const SESSION_LABEL = 'org.testcontainers.session-id'

export type Labels = Readonly<Record<string, string>>

/** The process that a container belongs to, told so that other processes on other machines can judge it. */
interface Owner {
  readonly host: string
  /** Changes with each start of the kernel; empty where it cannot be known. */
  readonly boot: string
  /** Process ids mean something within one namespace only; empty where there are none. */
  readonly namespace: string
  readonly pid: number
  readonly startTime: string
}

export function ownerLabels(runId: string): Labels {
  return { [RUN_LABEL]: runId, [OWNER_LABEL]: JSON.stringify(here()), [SESSION_LABEL]: runId }
}

/** For an image that is made of a container with those labels: its containers are nobody's until they get their own. */
export const withoutOwner: Labels = { [RUN_LABEL]: '', [OWNER_LABEL]: '', [SESSION_LABEL]: '' }

/**
 * Whether a container's owner has certainly ended. In doubt it lives: an engine may be shared by machines and by
 * containers whose processes cannot be seen from here.
 */
export function isOwnerDead(labels: Labels, engineIsLocal: boolean): boolean {
  const owner = parseOwner(labels[OWNER_LABEL])
  if (owner === undefined) return false
  const self = here()
  if (owner.host !== self.host) return false
  // The same machine after a restart: nothing that ran before it can be alive.
  if (owner.boot !== self.boot) return engineIsLocal
  return owner.namespace === self.namespace && !isAlive(owner)
}

function here(): Owner {
  const linux = process.platform === 'linux'
  return {
    host: hostname(),
    boot: linux ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : '',
    namespace: linux ? readlinkSync('/proc/self/ns/pid') : '',
    ...ownIdentity(),
  }
}

function parseOwner(text: string | undefined): Owner | undefined {
  if (text === undefined) return undefined
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null
    const complete =
      typeof owner?.host === 'string' && typeof owner.pid === 'number' && typeof owner.startTime === 'string'
    return complete ? (owner as Owner) : undefined
  } catch (error) {
    // A label that somebody else wrote: nothing is known about its owner.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
