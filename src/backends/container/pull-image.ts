import { setInterval } from 'node:timers'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import type { Progress } from '../backend.ts'
import { EngineResponseError, type DockerEngine } from './docker-engine.ts'

/** The image's id (`sha256:…`), entry point, command and labels as the engine knows them, or undefined when it is not there. */
export interface PresentImage {
  readonly id: string
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

export async function presentImage(
  engine: DockerEngine,
  image: string,
  signal?: AbortSignal,
): Promise<PresentImage | undefined> {
  interface Inspected {
    Id: string
    Config: { Entrypoint?: string[] | null; Cmd?: string[] | null; Labels?: Record<string, string> | null }
  }
  try {
    const found = await engine.json<Inspected>(`/images/${image}/json`, { timeout: 4_000, signal })
    const { Entrypoint: entrypoint, Cmd: command, Labels: labels } = found.Config
    return { id: found.Id, entrypoint: entrypoint ?? [], command: command ?? [], labels: labels ?? {} }
  } catch (error) {
    if (error instanceof EngineResponseError && error.status === 404) return undefined
    throw error
  }
}

/**
 * Pulls what is missing. Layers are reported as they arrive; when the registry wants a login, Testcontainers pulls
 * with the credentials of `docker login`.
 * Throws `BACKEND_IMAGE_PULL_FAILED`.
 */
export async function ensureImage(
  engine: DockerEngine,
  image: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<PresentImage> {
  const present = await presentImage(engine, image, signal)
  if (present !== undefined) return present
  progress.note(`Pulling ${image}: it is not here yet.`)
  try {
    await pullOpenly(engine, image, progress, signal)
  } catch (error) {
    if (signal?.aborted === true) throw error
    if (!/denied|unauthorized|authentication|no basic auth/i.test(messageOf(error))) throw pullFailed(image, error)
    await pullWithLogin(image, progress, error)
  }
  const pulled = await presentImage(engine, image, signal)
  if (pulled === undefined) throw pullFailed(image, new Error('the pull ended, but the image is not there'))
  return pulled
}

interface PullLine {
  readonly id?: string
  readonly status?: string
  readonly error?: string
}

/** Without credentials. Also used for images that need none by their nature. */
export async function pullOpenly(
  engine: DockerEngine,
  image: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const path = `/images/create?fromImage=${encodeURIComponent(image)}`
  const response = await engine.open(path, { method: 'POST', signal })
  const layers = new Set<string>()
  const complete = new Set<string>()
  let pending = ''
  for await (const chunk of response) {
    pending += String(chunk)
    const lines = pending.split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines.filter((text) => text.trim() !== '')) {
      const { id, status, error } = JSON.parse(line) as PullLine
      // The engine has answered 200 by now: a failure that comes later is a line of the stream.
      if (error !== undefined) throw new Error(error)
      if (id === undefined || status === undefined) continue
      if (status === 'Pulling fs layer' || status === 'Already exists') layers.add(id)
      if (status === 'Pull complete' || status === 'Already exists') complete.add(id)
      if (layers.size > 0) progress.update(`Pulling ${image}`, complete.size, layers.size)
    }
  }
}

async function pullWithLogin(image: string, progress: Progress, refusal: unknown): Promise<void> {
  const started = Date.now()
  const report = setInterval(() => {
    progress.update(`Pulling ${image} with the login of Docker (${Math.round((Date.now() - started) / 1000)} s)`)
  }, 1_000)
  try {
    const { getContainerRuntimeClient, ImageName } = await import('testcontainers')
    const client = await getContainerRuntimeClient()
    await client.image.pull(ImageName.fromString(image))
  } catch (error) {
    throw pullFailed(image, new AggregateError([refusal, error], messageOf(error)))
  } finally {
    clearInterval(report)
  }
}

function pullFailed(image: string, cause: unknown): BackendError {
  return new BackendError('BACKEND_IMAGE_PULL_FAILED', `The image ${image} cannot be pulled: ${messageOf(cause)}`, {
    cause,
    context: { image },
    remedy:
      `\`docker pull ${image}\` should show the same. Check name, tag, network and login (\`docker login\`),\n` +
      'or set TIDB_IMAGE to an image that is here (`docker image ls`).',
  })
}
