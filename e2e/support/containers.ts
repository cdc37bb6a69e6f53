import { execFile, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { noTidb } from './bare-machine.ts'

/** What `.ci/run` and the workflow name; embedded/image/build.sh makes the other one. */
const IMAGE = process.env['TIDB_TEST_IMAGE'] ?? 'vitest-tidb/embedded:local'

const BUILD = fileURLToPath(new URL('../../embedded/image/build.sh', import.meta.url))

/** Why no container can be started here; where TIDB_TEST_IMAGE promises an image, the tests run and say what is wrong. */
export const containerObstacle = process.env['TIDB_TEST_IMAGE'] === undefined ? whyNot() : undefined

function whyNot(): string | undefined {
  const { status, stderr } = spawnSync('docker', ['image', 'inspect', IMAGE], { encoding: 'utf8' })
  if (status === 0) return undefined
  const reason = stderr?.trim().split('\n').at(-1)
  return `no Docker engine has the image ${IMAGE}: ${reason ?? 'there is no docker command'}`
}

async function docker(...words: string[]): Promise<string> {
  return (await promisify(execFile)('docker', words)).stdout.trim()
}

/** An image under an id of its own, so that its warm images are this test's alone; all of them go with the test. */
export async function ownImage(image: string = IMAGE): Promise<string> {
  const label = `org.vitest-tidb.e2e=${randomUUID()}`
  const tag = `vitest-tidb/e2e:${label.slice(label.indexOf('=') + 1)}`
  const container = await docker('create', image)
  await docker('commit', '--change', `LABEL ${label}`, container, tag)
  await docker('rm', container)
  onTestFinished(async () => {
    const ids = (await docker('images', '--quiet', '--filter', `label=${label}`)).split('\n')
    await docker('rmi', '--force', ...new Set(ids))
  })
  return tag
}

/** Environment of a run on containers of the image. */
export function onContainers(image: string): NodeJS.ProcessEnv {
  return { ...noTidb, TIDB_BACKEND: 'container', TIDB_IMAGE: image, TIDB_VERSION: undefined, TIDB_READY_DATABASES: '4' }
}

/** The images of a cluster, that of TiDB and those made of these programs, each this test's alone. */
export async function clusterImages(programs: { readonly pd: string; readonly kv: string }): Promise<ClusterImages> {
  const made = async (program: string): Promise<string> => {
    const tag = `vitest-tidb/e2e-program:${randomUUID()}`
    await promisify(execFile)(BUILD, [program, tag])
    onTestFinished(async () => void (await docker('rmi', '--force', tag)))
    return await ownImage(tag)
  }
  return { tidb: await ownImage(), pd: await made(programs.pd), kv: await made(programs.kv) }
}

export interface ClusterImages {
  readonly tidb: string
  readonly pd: string
  readonly kv: string
}

/** Environment of a run on a cluster of containers. */
export function onClusterOf({ tidb, pd, kv }: ClusterImages): NodeJS.ProcessEnv {
  return {
    ...onContainers(tidb),
    TIDB_BACKEND: 'cluster',
    TIDB_CLUSTER_FROM: 'container',
    TIDB_CLUSTER_PD_IMAGE: pd,
    TIDB_CLUSTER_KV_IMAGE: kv,
  }
}

/** Networks that runs of the toolkit have made. */
export async function networks(): Promise<string[]> {
  return (await docker('network', 'ls', '--quiet', '--filter', 'label=org.vitest-tidb.run')).split('\n').filter(Boolean)
}

/** Containers of an image and of the warm images that were made of it, running or not. */
export async function containersOf(image: string): Promise<string[]> {
  const label = `org.vitest-tidb.e2e=${image.slice(image.indexOf(':') + 1)}`
  return (await docker('ps', '--all', '--quiet', '--filter', `label=${label}`)).split('\n').filter(Boolean)
}
