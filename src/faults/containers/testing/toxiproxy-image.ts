import { spawnSync } from 'node:child_process'
import { obstacle } from '../../../backends/container/testing/test-image.ts'

const promised = process.env['TOXIPROXY_TEST_IMAGE']

/** `.ci/run` names it; embedded/image/build-toxiproxy.sh makes the other one. */
export const toxiproxyImage = promised ?? 'vitest-tidb/toxiproxy:local'

/** Why toxiproxy can't be tried here; where TOXIPROXY_TEST_IMAGE promises an image, the tests run and say what is wrong. */
export const toxiproxyObstacle = obstacle ?? (promised === undefined ? whyNot() : undefined)

function whyNot(): string | undefined {
  const { status } = spawnSync('docker', ['image', 'inspect', toxiproxyImage])
  if (status === 0) return undefined
  return `${toxiproxyImage} is not here; embedded/image/build-toxiproxy.sh makes it, or set TOXIPROXY_TEST_IMAGE`
}
