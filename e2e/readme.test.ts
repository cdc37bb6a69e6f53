import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { UserProject } from './support/user-project.ts'

/** Blocks of the README that begin with the name of their file, in a comment. */
async function filesOfReadme(): Promise<Record<string, string>> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const blocks = readme.matchAll(/^```\w+\n(?:\/\/|--|#) ([\w.-]+\.\w+)\n(.*?)^```$/gms)
  return Object.fromEntries([...blocks].map(([, name = '', text = '']) => [name, text]))
}

test('the examples of the README pass, with its configuration file, and change no snapshot', async () => {
  const files = await filesOfReadme()
  const tests = Object.keys(files).filter((name) => name.endsWith('.test.ts'))
  expect(tests).toContain('email.test.ts')
  expect(files).toHaveProperty(['tidb-test.config.toml'])
  const project = await UserProject.create(files)
  const { exitCode, output } = await project.vitest(['run'], { TIDB_KEEP_DATABASE: 'never' })
  expect(output).toMatch(new RegExp(`Test Files\\s+${tests.length} passed \\(${tests.length}\\)`))
  expect(output).not.toMatch(/Snapshots\s/)
  expect(exitCode).toBe(0)
})

test('the example of the README without Vitest runs', async () => {
  const project = await UserProject.create(await filesOfReadme())
  const { exitCode, output } = await project.node(['engine.ts']).finished
  expect(output).toContain('[ { two: 2 } ]')
  expect(exitCode).toBe(0)
})
