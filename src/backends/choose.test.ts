import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BackendError } from '../errors/backend-error.ts'
import { binaryBackend } from './binary/binary-backend.ts'
import type { Availability, Backend, BackendKind } from './backend.ts'
import { chooseBackend, type Candidate } from './choose.ts'
import { embeddedBackend } from './embedded/embedded-backend.ts'
import { externalBackend } from './external/external-backend.ts'

let cacheDirectory: string

beforeEach(() => {
  cacheDirectory = mkdtempSync(join(tmpdir(), 'tidb-choose-'))
})

afterEach(() => {
  rmSync(cacheDirectory, { recursive: true })
})

/** Says what it is told to say; nothing here starts it. */
function saying(kind: BackendKind, availability: Availability): Backend & { looks: number } {
  return {
    kind,
    looks: 0,
    check() {
      this.looks++
      return Promise.resolve(availability)
    },
    start: () => Promise.reject(new Error('must not be started')),
  }
}

const usable: Availability = { usable: true, ready: true, detail: 'here' }
const unready: Availability = { usable: true, ready: false, detail: 'to be built' }
const missing: Availability = { usable: false, reason: 'not here', remedy: 'Get it.' }

function choose(kind: 'auto' | 'external' | 'binary' | 'embedded' | 'container', candidates: readonly Candidate[]) {
  return chooseBackend({ backend: { kind } }, candidates)
}

describe('automatic choice', () => {
  test('takes the first that is usable, and tells what it passed over', async () => {
    const [binary, embedded] = [saying('binary', missing), saying('embedded', usable)]
    const chosen = await choose('auto', [{ backend: binary }, { backend: embedded, onlyWhenReady: true }])
    expect(chosen.backend).toBe(embedded)
    expect(chosen.tried).toEqual([
      { kind: 'binary', availability: missing, chosen: false },
      { kind: 'embedded', availability: usable, chosen: true },
    ])
  })

  test('prefers a container to a build that is not there yet, but builds when there is none', async () => {
    const embedded = saying('embedded', unready)
    const order = (container: Backend): readonly Candidate[] => [
      { backend: embedded, onlyWhenReady: true },
      { backend: container },
      { backend: embedded },
    ]
    expect((await choose('auto', order(saying('container', usable)))).backend.kind).toBe('container')
    expect((await choose('auto', order(saying('container', missing)))).backend.kind).toBe('embedded')
    expect(embedded.looks).toBe(2)
  })

  test('looks no further than it must', async () => {
    const later = saying('container', usable)
    await choose('auto', [{ backend: saying('binary', usable) }, { backend: later }])
    expect(later.looks).toBe(0)
  })

  test('an aborted signal stops it', async () => {
    const config = { backend: { kind: 'auto' as const } }
    const choice = chooseBackend(config, [{ backend: saying('binary', usable) }], AbortSignal.abort(new Error('stop')))
    await expect(choice).rejects.toThrow('stop')
  })
})

describe('a named backend', () => {
  test('is the only one that is tried, and need not be ready', async () => {
    const binary = saying('binary', usable)
    const embedded = saying('embedded', unready)
    const chosen = await choose('embedded', [{ backend: binary }, { backend: embedded, onlyWhenReady: true }])
    expect(chosen.backend).toBe(embedded)
    expect(chosen.others).toEqual([])
    expect(binary.looks).toBe(0)
  })

  test('that cannot be used is an error, and no other takes its place', async () => {
    const origin = (): string => 'environment variable TIDB_BACKEND'
    const candidates = [{ backend: saying('binary', missing) }, { backend: saying('embedded', usable) }]
    await expect(chooseBackend({ backend: { kind: 'binary' }, origin }, candidates)).rejects.toThrow(
      'The backend binary (environment variable TIDB_BACKEND) cannot be used:\n- binary: not here\n    Get it.',
    )
  })
})

test('when nothing works, one error lists each real backend with its reason and remedy', async () => {
  const error = await choose('auto', [
    { backend: externalBackend({ endpoint: { host: '127.0.0.1', port: await closedPort(), user: 'root' } }) },
    { backend: binaryBackend({ path: join(cacheDirectory, 'tidb-server'), cacheDirectory }) },
    { backend: embeddedBackend({ cacheDirectory, goBinary: join(cacheDirectory, 'go') }) },
  ]).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(BackendError)
  expect(error).toMatchObject({ code: 'BACKEND_NONE_USABLE', remedy: expect.stringContaining('tidb-test doctor') })
  const { message } = error as BackendError
  expect(message).toContain('- external: cannot connect to mysql://root@127.0.0.1:')
  expect(message).toContain(`- binary: `)
  expect(message).toContain(join(cacheDirectory, 'tidb-server'))
  expect(message).toContain('- embedded: ')
  expect(message).toMatch(/Go/)
})

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
