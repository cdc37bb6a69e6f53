import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { findInterpreter } from './find-interpreter.ts'
import { runHandler } from './handler-run.ts'
import { Interpreter } from './interpreter.ts'
import { pythonFolder } from './package-folder.ts'

const run = promisify(execFile)
const folder = pythonFolder()
const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1' }

const HANDLER = `import asyncio
from test_rig_python import PyState, PyStateHandler

class Waits(PyStateHandler):
    async def execute(self, context):
        await asyncio.sleep(0)
        print("waited")
        return PyState.completed()

class Compares(PyStateHandler):
    def execute(self, context):
        rows = [1, 2]
        # What is compared is told on each version.
        assert len(rows) == 3
`

const COMMANDS = ['python3', ...[9, 10, 11, 12, 13, 14].map((minor) => `python3.${minor}`), ...(await ofPyenv())]
const looked = await Promise.all(COMMANDS.map((setting) => findInterpreter({ setting }).catch(String)))
/** One of each version. */
const pythons = new Map(
  looked.flatMap((found) => (typeof found === 'string' ? [] : [[found.version, found.executable] as const])),
)

/** Its commands are on PATH, and refuse to run unless their version is the chosen one. */
async function ofPyenv(): Promise<string[]> {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions')
  const names = await readdir(versions).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const recent = names.filter((name) => /^3\.(?:9|[1-9]\d+)\./.test(name))
  return recent.map((name) => join(versions, name, 'bin', 'python3'))
}

test('two versions of Python are here to test the package on', ({ skip }) => {
  expect([...pythons], looked.join('\n')).not.toEqual([])
  if (pythons.size === 1) skip(`there is only one: ${[...pythons.keys()]}`)
})

for (const [version, executable] of pythons) {
  test(`the package keeps the contract on Python ${version}`, async () => {
    const options = { cwd: folder, env: environment }
    const { stderr } = await run(executable, ['-m', 'unittest', 'discover', '-s', 'tests'], options)
    expect(stderr).toMatch(/Ran \d\d+ tests[^]*OK/)
  })

  test(`handlers run on Python ${version}`, async () => {
    const place = await mkdtemp(join(tmpdir(), 'vitest-tidb-handlers-'))
    onTestFinished(() => rm(place, { recursive: true, force: true }))
    await writeFile(join(place, 'test_it.py'), HANDLER)
    const interpreter = await Interpreter.start({ executable })
    onTestFinished(() => interpreter.end())
    const given = { interpreter, file: join(place, 'test_it.py'), database: undefined, connections: undefined }
    const limits = { timeout: 30_000, exitTimeout: 2_000 }
    const waits = await runHandler({ ...given, ...limits, handler: 'Waits' })
    expect(waits).toMatchObject({ verdict: 'dry run', output: 'waited\n' })
    const { error } = await runHandler({ ...given, ...limits, handler: 'Compares' })
    expect(error).toMatchObject({ name: 'AssertionError', message: expect.stringContaining('len(rows) = 2') })
    expect((error as Error).stack).toMatch(/at execute \(.*test_it\.py:14:1\)$/)
  })
}

for (const [checker, given, chosen] of [
  [
    'mypy',
    ['--strict', '--config-file', 'pyproject.toml', '--cache-dir', '/dev/null'],
    ['--strict', '--cache-dir', '/dev/null', '--scripts-are-modules', '--python-executable'],
  ],
  ['pyright', ['--project', 'pyproject.toml'], ['--pythonpath']],
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

  test(`${checker} sees the types of the package that pip has installed`, { timeout: 480_000 }, async ({ skip }) => {
    const version = await run(checker, ['--version'], { env: environment }).catch((error: unknown) => String(error))
    if (typeof version === 'string') skip(`${checker} can't be run (pip install ${checker}): ${version}`)
    const python = await withPackage()
    if ('why' in python) skip(python.why)
    else {
      const suites = join(folder, '..', 'suites', 'python')
      const found = await run('find', [suites, '-name', 'test_*.py'])
      const wrong = join(python.folder, 'test_wrong.py')
      const options = { cwd: python.folder, env: environment }
      const files = [...found.stdout.trim().split('\n'), wrong]
      const { stdout } = await run(checker, [...chosen, python.executable, ...files], options).catch(
        (error: { stdout?: string }) => ({ stdout: error.stdout ?? String(error) }),
      )
      // Handlers that are right have none; of two that are wrong each is found, by either path of import.
      expect(stdout.match(/.*\berror\b:? .*|.* - error: .*/g)).toEqual([
        expect.stringMatching(/test_wrong\.py:7:.*"str"/),
        expect.stringMatching(/test_wrong\.py:8:.*"str"/),
      ])
    }
  })
}

const WRONG = `from src.common.test_rig_python import PyState, PyStateContext, PyStateHandler
from test_rig_python import RealPyConnection


class Wrong(PyStateHandler):
    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query(1)
        RealPyConnection().execute_query(2)
        return PyState.completed()
`

type Installed = { readonly folder: string; readonly executable: string } | { readonly why: string }
let installed: Promise<Installed> | undefined

/** A virtual environment into which pip has installed the folder as somebody has it who installs from the repository. */
function withPackage(): Promise<Installed> {
  installed ??= (async () => {
    const [python] = pythons.values()
    if (python === undefined) return { why: 'there is no Python' }
    const place = await mkdtemp(join(tmpdir(), 'vitest-tidb-pip-'))
    onCleanUp.push(place)
    // pip builds in the folder itself.
    await cp(folder, join(place, 'python'), { recursive: true })
    await writeFile(join(place, 'test_wrong.py'), WRONG)
    const executable = join(place, 'venv', 'bin', 'python')
    try {
      await run(python, ['-m', 'venv', join(place, 'venv')], { env: environment })
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', join(place, 'python')]
      await run(executable, pip, { cwd: place, env: environment })
    } catch (error) {
      const why = String(error)
      // What builds the package comes from an index, and venv is a package of its own on some systems.
      if (/No matching distribution|connection|ensurepip/i.test(why)) return { why: `pip can't install here: ${why}` }
      throw error
    }
    return { folder: place, executable }
  })()
  return installed
}

const onCleanUp: string[] = []
afterAll(async () => {
  for (const place of onCleanUp) await rm(place, { recursive: true, force: true })
})
