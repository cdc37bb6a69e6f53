import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withLock } from '../../../child-process/lock-file.ts'
import { EngineResponseError, type DockerEngine } from '../docker-engine.ts'
import type { WarmMaking } from './make-warm-image.ts'
import { findWarmImage, keyOf, WARM_LABEL, type WarmImage } from './warm-image.ts'

/** Each takes about 8 MB beside the original; one for each image, schema and number of databases. */
const KEPT_IMAGES = 8
const USED = '.used'

interface ListedImage {
  readonly Id: string
  readonly Created: number
  readonly RepoTags: readonly string[] | null
  readonly Labels: Readonly<Record<string, string>>
}

/**
 * Makes the warm image unless another process has done so meanwhile: of processes that share a cache folder one makes it,
 * and the others wait.
 *
 * @throws what makeWarmImage throws; the file system's error when the cache folder cannot be written
 */
export async function ensureWarmImage(
  engine: DockerEngine,
  making: WarmMaking,
  cacheDirectory: string,
): Promise<WarmImage> {
  const folder = folderIn(cacheDirectory)
  await mkdir(folder, { recursive: true })
  const onWait = ({ pid }: { pid: number }): void =>
    making.progress.update(`Waiting for process ${pid}, which is making the same warm image`)
  return await withLock(join(folder, `${keyOf(making)}.lock`), { onWait, signal: making.signal }, async () => {
    const found = await findWarmImage(engine, making, making.signal)
    if (found !== undefined) return found
    // It starts a container by Testcontainers, whose code takes long to read, and which a run with a warm image reads later.
    const { makeWarmImage } = await import('./make-warm-image.ts')
    await makeWarmImage(engine, making)
    const made = await findWarmImage(engine, making, making.signal)
    if (made === undefined) throw new Error('the engine lost the warm image as soon as it was made')
    await markUsed(made, cacheDirectory)
    await sweep(engine, cacheDirectory)
    return made
  })
}

/** So that the images of schemas that are no longer used are the first to go. A read-only cache stays usable. */
export async function markUsed({ key }: WarmImage, cacheDirectory: string): Promise<void> {
  try {
    await mkdir(folderIn(cacheDirectory), { recursive: true })
    await writeFile(join(folderIn(cacheDirectory), `${key}${USED}`), '')
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** `force`: although a container that has ended was made from it. One that is gone, or is in use, is fine. */
export async function removeImage(engine: DockerEngine, image: string, { force = false } = {}): Promise<void> {
  try {
    await engine.bytes(`/images/${image}?force=${force ? 1 : 0}`, { method: 'DELETE', timeout: 60_000 })
  } catch (error) {
    if (!(error instanceof EngineResponseError) || (error.status !== 404 && error.status !== 409)) throw error
  }
}

/** Removes all but those used last, and those whose name a later one has taken. */
async function sweep(engine: DockerEngine, cacheDirectory: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [WARM_LABEL] }))
  const listed = await engine.json<ListedImage[]>(`/images/json?filters=${filters}`, { timeout: 10_000 })
  const dated = await Promise.all(
    listed.map(async (image) => ({ ...image, usedAt: await usedAt(image, cacheDirectory) })),
  )
  const named = dated.filter(isNamed).toSorted((one, other) => other.usedAt - one.usedAt)
  const kept = new Set(named.slice(0, KEPT_IMAGES).map(({ Labels: labels }) => labels[WARM_LABEL]))
  for (const image of [...dated.filter((one) => !isNamed(one)), ...named.slice(KEPT_IMAGES)]) {
    await removeImage(engine, image.Id)
  }
  const folder = folderIn(cacheDirectory)
  const marks = (await readdir(folder)).filter((name) => name.endsWith(USED) && !kept.has(name.slice(0, -USED.length)))
  await Promise.all(marks.map((name) => rm(join(folder, name), { force: true })))
}

function isNamed({ RepoTags: tags }: ListedImage): boolean {
  return (tags ?? []).some((tag) => !tag.startsWith('<none>'))
}

/** Milliseconds since 1970. */
async function usedAt({ Labels: labels, Created: created }: ListedImage, cacheDirectory: string): Promise<number> {
  const mark = join(folderIn(cacheDirectory), `${labels[WARM_LABEL]}${USED}`)
  const found = await stat(mark).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return Math.max(found?.mtimeMs ?? 0, created * 1_000)
}

function folderIn(cacheDirectory: string): string {
  return join(cacheDirectory, 'containers')
}
