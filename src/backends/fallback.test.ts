import { expect, test } from 'vitest'
import { BackendError } from '../errors/backend-error.ts'
import { DatabaseError } from '../errors/database-error.ts'
import type { Backend, BackendKind, RunningBackend } from './backend.ts'
import { withFallback } from './fallback.ts'

const running: RunningBackend = {
  kind: 'embedded',
  version: '8.0.11-TiDB-v8.5.0',
  store: 'unistore',
  detail: 'here',
  sharing: 'private',
  openServer: () => Promise.reject(new Error('nobody asks')),
  stop: () => Promise.resolve(),
}

function starting(kind: BackendKind, start: () => Promise<RunningBackend>): Backend {
  return { kind, check: () => Promise.resolve({ usable: true, ready: true, detail: 'here' }), start }
}

const failing = (kind: BackendKind, error: Error): Backend => starting(kind, () => Promise.reject(error))
const embedded = starting('embedded', () => Promise.resolve(running))
const pullFailed = new BackendError('BACKEND_IMAGE_PULL_FAILED', 'The image cannot be pulled.', { remedy: 'Log in.' })

function start(backend: Backend, signal?: AbortSignal): { notes: string[]; result: Promise<RunningBackend> } {
  const notes: string[] = []
  const progress = { update: () => undefined, note: (text: string) => notes.push(text) }
  return { notes, result: backend.start({ progress, ...(signal === undefined ? {} : { signal }) }) }
}

test('a container that cannot be had gives way to the next backend, with a note', async () => {
  const { notes, result } = start(withFallback(failing('container', pullFailed), [{ backend: embedded }]))
  expect(await result).toBe(running)
  expect(notes).toEqual(['No TiDB from a container (The image cannot be pulled); going on with embedded.'])
})

test('when the next one fails too, the error tells of both', async () => {
  const build = failing('embedded', new BackendError('BACKEND_GO_TOO_OLD', 'Go is too old.'))
  const { result } = start(withFallback(failing('container', pullFailed), [{ backend: build }]))
  await expect(result).rejects.toThrow(/cannot be pulled[^]*Go is too old/)
})

test('a failure that is not the container’s own stays a failure', async () => {
  const schema = new DatabaseError('DATABASE_SCHEMA', 'schema.sql line 3 is wrong.')
  const { result } = start(withFallback(failing('container', schema), [{ backend: embedded }]))
  await expect(result).rejects.toBe(schema)
})

test('a run that was stopped does not go on with the next backend', async () => {
  const { result } = start(withFallback(failing('container', pullFailed), [{ backend: embedded }]), AbortSignal.abort())
  await expect(result).rejects.toBe(pullFailed)
})

test('only a container gives way', () => {
  const binary = failing('binary', pullFailed)
  expect(withFallback(binary, [{ backend: embedded }])).toBe(binary)
})
