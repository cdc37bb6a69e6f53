import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { noTidb } from './bare-machine.ts'

/** What `.ci/run` and the workflow name; embedded/image/build.sh makes the other one. */
const IMAGE = process.env['TIDB_TEST_IMAGE'] ?? 'vitest-tidb/embedded:local'

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

/** The image under an id of its own, so that its warm images are this test's alone; all of them go with the test. */
export async function ownImage(): Promise<string> {
  const label = `org.vitest-tidb.e2e=${process.pid}-${Date.now()}`
  const tag = `vitest-tidb/e2e:${label.slice(label.indexOf('=') + 1)}`
  const container = await docker('create', IMAGE)
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

/** Containers of an image and of the warm images that were made of it, running or not. */
export async function containersOf(image: string): Promise<string[]> {
  const label = `org.vitest-tidb.e2e=${image.slice(image.indexOf(':') + 1)}`
  return (await docker('ps', '--all', '--quiet', '--filter', `label=${label}`)).split('\n').filter(Boolean)
}
