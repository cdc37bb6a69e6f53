import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import type { Progress } from '../../backend.ts'
import { containerBackend } from '../container-backend.ts'
import { ownerLabels, RUN_LABEL } from '../owner.ts'
import { WARM_LABEL } from '../warm/warm-image.ts'

/** The image that tests of containers start. `.ci/run` names it; embedded/image/build.sh makes the other one. */
export const testImage = process.env['TIDB_TEST_IMAGE'] ?? 'vitest-tidb/embedded:local'

const availability = await containerBackend({ image: testImage, cacheDirectory: tmpdir() }).check()
const isPromised = process.env['TIDB_TEST_IMAGE'] !== undefined

/** Why nothing can be tried here; where TIDB_TEST_IMAGE promises an image, the tests run and say what is wrong. */
export const obstacle =
  isPromised || (availability.usable && availability.ready)
    ? undefined
    : availability.usable
      ? `${testImage} is not here; embedded/image/build.sh makes it, or set TIDB_TEST_IMAGE`
      : availability.reason

export function recorder(): Progress & { readonly notes: string[]; readonly updates: string[] } {
  const [notes, updates]: [string[], string[]] = [[], []]
  return {
    notes,
    updates,
    update: (message) => void (updates.at(-1) === message || updates.push(message)),
    note: (message) => void notes.push(message),
  }
}

export async function docker(...words: string[]): Promise<string> {
  return (await promisify(execFile)('docker', words)).stdout.trim()
}

/** Ids of containers, running or not. */
export async function listed(filter: string): Promise<string[]> {
  return (await docker('ps', '--all', '--quiet', '--no-trunc', '--filter', filter)).split('\n').filter(Boolean)
}

/** Containers that this process started through the toolkit: other runs may be under way on the same engine. */
export async function ownContainers(): Promise<string[]> {
  const owner = Object.entries(ownerLabels('any run')).find(([label]) => label !== RUN_LABEL) ?? []
  return await listed(`label=${owner.join('=')}`)
}

let variants = 0

/** An image that differs from the one under test in one instruction, so that no other test shares its warm images. */
export async function variant(change?: string): Promise<string> {
  const name = `${process.pid}-${++variants}`
  const tag = `vitest-tidb/test-variant:${name}`
  const container = await docker('create', testImage)
  const changes = [`LABEL org.vitest-tidb.variant=${name}`, ...(change === undefined ? [] : [change])]
  try {
    await docker('commit', ...changes.flatMap((line) => ['--change', line]), container, tag)
  } finally {
    await docker('rm', container)
  }
  onTestFinished(async () => {
    const made = await warmImagesOf(tag)
    await docker('rmi', '--force', tag, ...made)
  })
  return tag
}

/** Ids of the warm images that were made of a variant. */
export async function warmImagesOf(tag: string): Promise<string[]> {
  const label = `label=org.vitest-tidb.variant=${tag.slice(tag.indexOf(':') + 1)}`
  const found = await docker('images', '--quiet', '--no-trunc', '--filter', label, '--filter', `label=${WARM_LABEL}`)
  return [...new Set(found.split('\n').filter(Boolean))]
}

/** A folder that goes with the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vitest-tidb-containers-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
