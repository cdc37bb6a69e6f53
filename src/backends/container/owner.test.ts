import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { isOwnerDead, ownerLabels, type Labels } from './owner.ts'

/** The labels of this process, as if another owner had written them. */
function labelsOf(change: object): Labels {
  return Object.fromEntries(
    Object.entries(ownerLabels('run')).map(([label, value]) =>
      value.startsWith('{') ? [label, JSON.stringify({ ...(JSON.parse(value) as object), ...change })] : [label, value],
    ),
  )
}

const ended = spawnSync(process.execPath, ['-e', '']).pid

test('a process that runs owns its containers', () => {
  expect(isOwnerDead(ownerLabels('run'), true)).toBe(false)
})

test('a process that has ended owns nothing', () => {
  expect(isOwnerDead(labelsOf({ pid: ended }), true)).toBe(true)
})

test('a process id that was used again does not keep a container alive', () => {
  expect(isOwnerDead(labelsOf({ startTime: 'another time' }), true)).toBe(true)
})

test('processes of another machine, or out of sight in another namespace, are taken to live', () => {
  expect(isOwnerDead(labelsOf({ pid: ended, host: 'elsewhere' }), true)).toBe(false)
  expect(isOwnerDead(labelsOf({ pid: ended, namespace: 'pid:[1]' }), true)).toBe(false)
})

test('a restart of the machine ends every owner on its own engine, and says nothing about a remote one', () => {
  expect(isOwnerDead(labelsOf({ boot: 'an earlier one' }), true)).toBe(true)
  expect(isOwnerDead(labelsOf({ boot: 'an earlier one' }), false)).toBe(false)
})

test('a label that somebody else wrote says nothing', () => {
  for (const label of ['', 'null', '{}', '{"pid":1}', 'not JSON']) {
    expect(isOwnerDead({ 'org.vitest-tidb.owner': label }, true)).toBe(false)
  }
  expect(isOwnerDead({}, true)).toBe(false)
})
