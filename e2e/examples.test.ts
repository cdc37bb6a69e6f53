import { existsSync } from 'node:fs'
import { cp, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, inject, test } from 'vitest'
import { externalServer } from './support/external-server.ts'
import { binary } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const examples = join(root, 'examples')

/** A copy of the example in which the packed toolkit is installed, and what else it depends on. */
async function exampleProject(name: string, dependencies: readonly string[] = []): Promise<UserProject> {
  const project = await UserProject.create({})
  await cp(join(examples, name), project.folder, { recursive: true })
  for (const dependency of dependencies) {
    const link = join(inject('installed'), 'node_modules', dependency)
    if (!existsSync(link)) await symlink(join(root, 'node_modules', dependency), link)
  }
  return project
}

const projects = [
  { name: 'drizzle', dependencies: ['drizzle-orm'], tests: 3 },
  { name: 'kysely', dependencies: ['kysely'], tests: 3 },
  { name: 'own-test', tests: 2 },
  { name: 'several-sessions', tests: 3 },
  { name: 'github-actions', tests: 1 },
]

test.for(projects)('the example $name passes', async ({ name, dependencies, tests }) => {
  const project = await exampleProject(name, dependencies)
  // A schema is put into every ready database, once: a few do here.
  const { output, exitCode } = await project.vitest(['run'], { TIDB_READY_DATABASES: '10' })
  expect(output).toMatch(new RegExp(`Tests\\s+${tests} passed \\(${tests}\\)`))
  expect(exitCode).toBe(0)
})

test('the example python-only passes without a configuration of Vitest', async () => {
  const project = await exampleProject('python-only')
  const { output, exitCode } = await project.node([binary(), 'python', 'tests/']).finished
  expect(output).toContain('test_accounts.py  2 passed')
  expect(exitCode).toBe(0)
})

test('the example sharded-scale passes in two shards at once, and its reports are merged', async () => {
  const project = await exampleProject('sharded-scale')
  const server = await externalServer(project)
  const shards = await Promise.all(
    [1, 2].map((index) =>
      project.vitest(['run', `--shard=${index}/2`, '--reporter=default', '--reporter=blob'], server.env),
    ),
  )
  for (const { output, exitCode } of shards) {
    expect(output).toMatch(/Tests\s+2 passed \(2\)/)
    expect(exitCode).toBe(0)
  }
  const merged = await project.vitest(['run', '--merge-reports'])
  expect(merged.output).toMatch(/Load 'transfers' of 2 shards: \d+ transactions, /)
  expect(merged.exitCode).toBe(0)
})

test('every example is run here, and is in the list of examples', async () => {
  const folders = (await readdir(examples)).filter((name) => existsSync(join(examples, name, 'package.json')))
  expect(folders.toSorted()).toEqual([...projects.map(({ name }) => name), 'python-only', 'sharded-scale'].toSorted())
})
