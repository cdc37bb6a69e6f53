import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nodeVersionProblem, SUPPORTED_NODE } from './node-version.ts'

test.for(['18.20.0', '20.20.2', '22.21.9', '23.0.0', '25.3.0', '4.0.0'])('Node %s is refused', (version) => {
  expect(nodeVersionProblem(version)).toContain(`Node.js ${version} is not supported`)
})

test.for(['22.22.0', '22.30.1', '24.0.0', '24.21.0', '26.0.0', '30.1.0'])('Node %s is accepted', (version) => {
  expect(nodeVersionProblem(version)).toBeUndefined()
})

test('the range is the one of package.json', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(SUPPORTED_NODE).toBe(manifest.engines.node)
})
