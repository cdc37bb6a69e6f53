import { expect, test } from 'vitest'
import type { RunningBackend } from './backend.ts'
import { banner } from './banner.ts'

const running: RunningBackend = {
  kind: 'embedded',
  version: '8.0.11-TiDB-v8.5.0',
  store: 'unistore',
  detail: '/cache/tidb-server',
  sharing: 'private',
  openServer: () => Promise.reject(new Error('nobody asks')),
  stop: () => Promise.resolve(),
}

test('names version, store and source, and why others were passed over', () => {
  const reason = 'No tidb-server on PATH.\nReally.'
  const text = banner(running, [
    { kind: 'binary', chosen: false, availability: { usable: false, reason, remedy: 'Get one.' } },
    { kind: 'embedded', chosen: true, availability: { usable: true, ready: true, detail: 'here' } },
  ])
  expect(text).toBe(
    'TiDB v8.5.0, store unistore, from embedded: /cache/tidb-server\n  passed over: binary (No tidb-server on PATH)',
  )
})

test('a server that is no TiDB is called what it is', () => {
  const mysql: RunningBackend = { ...running, kind: 'external', version: '8.0.36', store: 'other', detail: 'db:3306' }
  expect(banner(mysql, [])).toBe('A server that is no TiDB (8.0.36), store other, from external: db:3306')
})
