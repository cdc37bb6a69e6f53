import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findInterpreter, type FoundInterpreter } from './find-interpreter.ts'
import { pythonFolder } from './package-folder.ts'

const run = promisify(execFile)
const folder = pythonFolder()
const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1' }

const COMMANDS = ['python3', ...[9, 10, 11, 12, 13, 14].map((minor) => `python3.${minor}`)]
const pythons = await Promise.all(COMMANDS.map(async (command) => ({ command, ...(await lookFor(command)) })))

async function lookFor(setting: string): Promise<{ readonly found?: FoundInterpreter; readonly why?: string }> {
  try {
    return { found: await findInterpreter({ setting }) }
  } catch (error) {
    return { why: String(error) }
  }
}

test('at least one Python is here to test the package on', () => {
  expect(pythons.filter(({ found }) => found !== undefined)).not.toEqual([])
})

for (const { command, found, why } of pythons) {
  test(`the package keeps the contract on ${command}`, async ({ skip }) => {
    if (found === undefined) skip(`${command} is not here: ${why}`)
    else {
      const { stderr } = await run(found.executable, ['-m', 'unittest', 'discover', '-s', 'tests'], {
        cwd: folder,
        env: environment,
      })
      expect(stderr).toMatch(/Ran \d\d+ tests[^]*OK/)
    }
  })
}

for (const [checker, ...given] of [
  ['mypy', '--strict', '--config-file', 'pyproject.toml', '--cache-dir', '/dev/null'],
  ['pyright', '--project', 'pyproject.toml'],
] as const) {
  test(`${checker} finds nothing wrong with the package's types`, { timeout: 240_000 }, async ({ skip }) => {
    const version = await run(checker, ['--version'], { env: environment }).catch((error: unknown) => String(error))
    if (typeof version === 'string') skip(`${checker} can't be run (pip install ${checker}): ${version}`)
    const options = { cwd: folder, env: environment }
    const { stdout } = await run(checker, given, options).catch((error: { stdout?: string }) => ({
      stdout: error.stdout ?? String(error),
    }))
    expect(stdout).toMatch(/^(Success: no issues found|0 errors)/m)
  })

  test(`${checker} finds nothing wrong with handlers that use them`, { timeout: 240_000 }, async ({ skip }) => {
    const version = await run(checker, ['--version'], { env: environment }).catch((error: unknown) => String(error))
    if (typeof version === 'string') skip(`${checker} can't be run (pip install ${checker}): ${version}`)
    const suites = join(folder, '..', 'suites', 'python')
    const contract = join(folder, 'contract')
    const found = await run('find', [suites, contract, '-name', 'test_*.py', '-not', '-path', '*/common/*'])
    const files = found.stdout.trim().split('\n')
    const handlers = checker === 'mypy' ? [...given.slice(0, 1), ...given.slice(3), '--scripts-are-modules'] : []
    const options = { cwd: folder, env: { ...environment, MYPYPATH: folder } }
    const { stdout } = await run(checker, [...handlers, ...files], options).catch((error: { stdout?: string }) => ({
      stdout: error.stdout ?? String(error),
    }))
    expect(stdout).toMatch(/^(Success: no issues found|0 errors)/m)
  })
}
