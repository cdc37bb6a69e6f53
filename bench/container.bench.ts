// A TiDB in a container that answers a query: started by the toolkit, from a warm local image and from a cold one, against
// `docker run` of the original image by hand.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { imageReference } from '../src/backends/container/image-reference.ts'
import { answerEventually } from './answer.ts'
import { Installed } from './installed.ts'
import { alternate, publish } from './measure.ts'

const PAIRS = 10
const PEER =
  'docker run --detach --publish 4000 --publish 10080 IMAGE, docker port, and a connection tried every 5 ms until SELECT 1 is answered'

const run = promisify(execFile)
const script = fileURLToPath(new URL('container-start.ts', import.meta.url))
const { TIDB_IMAGE: image, TIDB_VERSION: version } = process.env
const original = imageReference({
  ...(image === undefined ? {} : { image }),
  ...(version === undefined ? {} : { version }),
})
const installed = await Installed.create()
const cache = await mkdtemp(join(tmpdir(), 'vitest-tidb-bench-'))
// Images of our own: nobody's warm image is removed, and the cold one has none.
const images = { warm: `vitest-tidb/bench-warm:${process.pid}`, cold: `vitest-tidb/bench-cold:${process.pid}` }
try {
  for (const [label, tag] of Object.entries(images)) await variantOf(original, label, tag)
  await startOurs(images.warm, 'prepare', true)
  const warm = await alternate(PAIRS, () => startOurs(images.warm, 'start', true), startByHand)
  const cold = await alternate(PAIRS, () => startOurs(images.cold, 'start', false), startByHand)
  const common = { bench: 'container', unit: 'ms', better: 'lower', peer: PEER, percentiles: [50, 95] } as const
  await publish([
    {
      ...common,
      title: 'Start of a TiDB in a container, until a query is answered: from the warm local image',
      oursSamples: warm.ours,
      peerSamples: warm.peer,
      target: 0.45,
    },
    {
      ...common,
      title: 'The same where there is no warm image yet',
      oursSamples: cold.ours,
      peerSamples: cold.peer,
      target: 1.15,
    },
  ])
} finally {
  for (const tag of Object.values(images)) await removeWithWarm(tag)
  await rm(cache, { recursive: true, force: true })
  await installed.remove()
}

/** In a process of its own: reading the code is a part of what a run waits for. */
async function startOurs(tag: string, what: 'start' | 'prepare', warm: boolean): Promise<number> {
  const { stdout } = await run(process.execPath, [script, installed.dist, tag, cache, what])
  const told = JSON.parse(stdout) as { milliseconds: number; warm: boolean }
  if (told.warm !== warm) throw new Error(`the container of ${tag} was ${told.warm ? 'warm' : 'cold'}`)
  return told.milliseconds
}

async function startByHand(): Promise<number> {
  const begun = performance.now()
  const id = await docker('run', '--detach', '--publish', '4000', '--publish', '10080', original)
  try {
    const port = Number(/:(\d+)$/m.exec(await docker('port', id, '4000'))?.[1])
    await answerEventually({ host: '127.0.0.1', port, user: 'root' }, 60)
    return performance.now() - begun
  } finally {
    await docker('rm', '--force', '--volumes', id)
  }
}

/** The same image under another id, by a label. */
async function variantOf(from: string, label: string, tag: string): Promise<void> {
  const container = await docker('create', from)
  await docker('commit', '--change', `LABEL bench=${label}-${process.pid}`, container, tag)
  await docker('rm', container)
}

async function removeWithWarm(tag: string): Promise<void> {
  const made = await docker(
    'images',
    '--quiet',
    '--filter',
    `label=bench=${/bench-(\w+)/.exec(tag)?.[1]}-${process.pid}`,
  )
  const ids = new Set(made.split('\n').filter(Boolean))
  if (ids.size > 0) await docker('rmi', '--force', ...ids)
}

async function docker(...words: string[]): Promise<string> {
  return (await run('docker', words)).stdout.trim()
}
