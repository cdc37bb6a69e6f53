import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { binary } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

const page = await readFile(new URL('../docs/python.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```\w+\n(?:#|\/\/) ([^\n]+)\n(.*?)^```$/gms)].map(
  ([, name = '', text = '']) => [name, text] as const,
)

function block(name: string): string {
  return blocks.find(([each]) => each === name)?.[1] ?? expect.fail(`docs/python.md has no block '${name}'`)
}

test('the first test of the page fails, and passes with the fix that is shown', async () => {
  const written = block('test_email.py')
  const project = await UserProject.create({ 'test_email.py': written })
  await rm(join(project.folder, 'vitest.config.ts'))
  const failed = await project.node([binary(), 'python', '.']).finished
  expect(failed.output).toMatch(/❯ execute test_email\.py:1[12]/)
  expect(failed.output).toContain('1 failed (EmailIsUnique)')
  expect(failed.exitCode).toBe(1)

  const fixed = written.replace(/^ *db\.execute_query\("CREATE TABLE.*\n/m, block('the fix'))
  expect(fixed).not.toBe(written)
  await project.write('test_email.py', fixed)
  const passed = await project.node([binary(), 'python', '.']).finished
  expect(passed.output).toContain('test_email.py  1 passed')
  expect(passed.exitCode).toBe(0)
})

test('the other tests of the page do what it says, with its configuration of Vitest', async () => {
  const files = blocks.filter(([name]) => /^test_(?!email).*\.py$|^vitest\.config\.ts$/.test(name))
  expect(files.map(([name]) => name)).toEqual([
    'test_transfer.py',
    'test_locks.py',
    'test_levels.py',
    'vitest.config.ts',
  ])
  const project = await UserProject.create(Object.fromEntries(files))
  const { output, exitCode } = await project.vitest(['run', '--reporter', 'verbose'])
  expect(output).toMatch(/Tests\s+5 passed \| 1 skipped \(6\)/)
  expect(output).toContain('✓ test_levels.py > test_levels.py › LevelIsTaken[READ COMMITTED]')
  expect(output).toMatch(/↓ .*MovesRegions.*waits for a server with several nodes/)
  expect(exitCode).toBe(0)
})

test('the suites of the page are had by their names', async () => {
  const project = await UserProject.create({
    'tidb-test.config.toml': block('tidb-test.config.toml'),
    'tests/bank/test_transfer.py': block('test_transfer.py'),
    'tests/shop/test_locks.py': block('test_locks.py'),
  })
  const { output, exitCode } = await project.node([binary(), 'python', '--suite', 'bank']).finished
  expect(output).toMatch(/Suite bank \(tests\/bank\): 1 passed\n/)
  expect(output).not.toContain('Suite shop')
  expect(exitCode).toBe(0)
})
