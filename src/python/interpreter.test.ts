import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive, startTimeOf } from '../child-process/process-identity.ts'
import { PythonError } from '../errors/python-error.ts'
import { findInterpreter } from './find-interpreter.ts'
import { runHandler, type HandlerRun } from './handler-run.ts'
import { Interpreter } from './interpreter.ts'
import { KeptInterpreter } from './kept-interpreter.ts'

const IMPORTS = 'import os, sys, time\nfrom test_rig_python import PyState, PyStateHandler\n'

async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'python-interpreter-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

function kept(): KeptInterpreter {
  const interpreter = new KeptInterpreter({ showSql: false })
  onTestFinished(() => interpreter.close())
  return interpreter
}

/** Runs one handler on mock connections: nothing of what is tested here needs a server. */
async function dryRun(interpreter: KeptInterpreter, body: string, timeout = 20_000): Promise<HandlerRun> {
  const folder = await folderOf({ 'test_it.py': IMPORTS + body })
  return interpreter.use((lent) =>
    runHandler({
      interpreter: lent,
      file: join(folder, 'test_it.py'),
      handler: 'It',
      database: undefined,
      connections: undefined,
      timeout,
      exitTimeout: 2_000,
    }),
  )
}

const EXECUTE = 'class It(PyStateHandler):\n    def execute(self, context):\n'

test('what a handler and its children print is captured in order, and stdin is empty', async () => {
  const { output, verdict } = await dryRun(
    kept(),
    `import logging, subprocess, warnings
${EXECUTE}        print("one", end=" ")
        sys.stdout.flush()
        subprocess.run(["python", "-c", "print('two', repr(input.__name__)); import sys; print(repr(sys.stdin.read()))"])
        logging.warning("three")
        warnings.warn("four")
        sys.stderr.write("five\\n")
        print("\\ud800 é")
        return PyState.completed()
`,
  )
  expect(output).toMatch(/^one two 'input'\n''\nWARNING:root:three\n.*UserWarning: four\n.*\nfive\n\\ud800 é\n$/)
  expect(verdict).toBe('dry run')
})

test('`python` on the PATH is the same interpreter', async () => {
  const { output } = await dryRun(
    kept(),
    `import subprocess
${EXECUTE}        code = "import sys; print(sys.prefix)"
        print(subprocess.run(["python", "-c", code], capture_output=True, text=True).stdout.strip() == sys.prefix)
        return PyState.completed()
`,
  )
  expect(output).toBe('True\n')
})

test('a file has its name, its path and its folder as the working directory, as if it were run from there', async () => {
  const { output } = await dryRun(
    kept(),
    `import beside
${EXECUTE}        same = os.path.samefile(os.getcwd(), os.path.dirname(__file__))
        print(__name__, os.path.basename(__file__), same, beside.VALUE, os.environ.get("LEFT"), sys.argv == [__file__])
        return PyState.completed()
`.replace('import beside', 'open("beside.py", "w").write("VALUE = 7")\nimport beside'),
  )
  expect(output).toBe('test_it test_it.py True 7 None True\n')
})

test('our module goes before one of the same name that the suite has put on the path', async () => {
  const folder = await folderOf({
    'test_it.py': `import os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from src.common.test_rig_python import PyState, PyStateHandler
from src.other import VALUE
class It(PyStateHandler):
    def execute(self, context):
        print(VALUE)
        return PyState.completed()
`,
  })
  const { mkdir } = await import('node:fs/promises')
  await mkdir(join(folder, 'src', 'common'), { recursive: true })
  await writeFile(join(folder, 'src', '__init__.py'), 'raise RuntimeError("broken")')
  await writeFile(join(folder, 'src', 'other.py'), 'VALUE = 8')
  await writeFile(join(folder, 'src', 'common', 'test_rig_python.py'), 'raise RuntimeError("the wrong one")')
  const run = await kept().use((lent) =>
    runHandler({
      interpreter: lent,
      file: join(folder, 'test_it.py'),
      handler: 'It',
      database: undefined,
      connections: undefined,
      timeout: 20_000,
      exitTimeout: 2_000,
    }),
  )
  expect(run).toMatchObject({ verdict: 'dry run', output: '8\n' })
})

test('nothing that a handler did to the process reaches the next one', async () => {
  const interpreter = kept()
  await dryRun(
    interpreter,
    `${EXECUTE}        os.environ["LEFT"] = "1"
        os.chdir("/")
        sys.stdout.close()
        os.close(1)
        os.close(0)
        sys.modules["left"] = sys
        return PyState.completed()
`,
  )
  const { output, verdict } = await dryRun(
    interpreter,
    `${EXECUTE}        print(os.environ.get("LEFT"), os.getcwd() == "/", repr(os.read(0, 1)))
        return PyState.completed()
`,
  )
  expect({ output, verdict }).toEqual({ output: "None False b''\n", verdict: 'dry run' })
})

for (const [what, line] of [
  ['crashes', 'import ctypes; ctypes.string_at(0)'],
  ['calls os._exit', 'print("last", flush=True); os._exit(3)'],
  ['kills itself', 'os.kill(os.getpid(), 9)'],
  ['closes every descriptor', 'os.closerange(3, 4096); time.sleep(60)'],
  [
    'writes to every descriptor',
    '[os.write(fd, b"junk\\r\\n\\r\\n") for fd in range(3, 200) if writable(fd)]; time.sleep(60)',
  ],
] as const) {
  test(`an interpreter that a handler ${what} is told of, and the next handler has a healthy one`, async () => {
    const interpreter = kept()
    const run = await dryRun(
      interpreter,
      `import fcntl
def writable(fd):
    try: return fcntl.fcntl(fd, fcntl.F_GETFL) & 3 != 0
    except OSError: return False
${EXECUTE}        ${line}
        return PyState.completed()
`,
    )
    expect(run.verdict).toBe('failed')
    expect(run.error).toBeInstanceOf(PythonError)
    expect((run.error as PythonError).code).toMatch(/^PYTHON_(DIED|PROTOCOL)$/)
    if (what === 'crashes') expect((run.error as Error).stack).toMatch(/at execute \(.*test_it\.py:9:1\)/)
    if (what === 'calls os._exit') expect(run).toMatchObject({ output: 'last\n', error: { message: /exit code 3/ } })
    const next = await dryRun(interpreter, `${EXECUTE}        return PyState.completed()\n`)
    expect(next.verdict).toBe('dry run')
  })
}

for (const [what, line, ended] of [
  ['sleeps', 'time.sleep(600)', false],
  ['loops', 'while True: pass', false],
  ['waits for a lock', 'import threading; threading.Event().wait()', false],
  ['lets nothing interrupt it', 'forever()', true],
  ['holds the lock of the interpreter', 'import re; re.match("(a+)+$", "a" * 60 + "b")', true],
] as const) {
  test(`a handler that ${what} is interrupted in time, and its stack is shown`, async () => {
    const interpreter = kept()
    const run = await dryRun(
      interpreter,
      `def forever():
    while True:
        try: time.sleep(600)
        except BaseException: pass
${EXECUTE}        ${line}
    def exit(self, context):
        print("exit ran")
`,
      300,
    )
    expect(run).toMatchObject({ verdict: 'failed', error: { code: 'PYTHON_TIMEOUT' } })
    const { message, stack } = run.error as Error
    expect(message).toContain('It.execute did not end within 300 ms')
    expect(message.includes('its interpreter was ended')).toBe(ended)
    expect(stack).toMatch(/at execute \(.*test_it\.py:9:1\)/)
    expect(run.output.includes('exit ran')).toBe(!ended)
    const next = await dryRun(interpreter, `${EXECUTE}        return PyState.completed()\n`)
    expect(next.verdict).toBe('dry run')
  })
}

for (const [what, body, stage] of [
  ['while its file is imported', 'time.sleep(600)\nclass It(PyStateHandler): pass\n', 'loading It from test_it.py'],
  [
    'in its constructor',
    'class It(PyStateHandler):\n    def __init__(self): time.sleep(600)\n',
    'loading It from test_it.py',
  ],
  [
    'in a finalizer',
    `class It(PyStateHandler):
    def execute(self, context): return PyState.completed()
    def __del__(self): time.sleep(600)
`,
    'letting go of the instance of It',
  ],
  ['in its exit', 'class It(PyStateHandler):\n    def exit(self, context): time.sleep(600)\n', 'It.exit'],
] as const) {
  test(`a handler that hangs ${what} is interrupted, and the same interpreter goes on`, async () => {
    const interpreter = kept()
    const warm = await interpreter.use((lent) => Promise.resolve(lent.pid))
    const run = await dryRun(interpreter, body, 300)
    expect(run).toMatchObject({ verdict: 'failed', error: { code: 'PYTHON_TIMEOUT' } })
    expect((run.error as Error).message).toContain(`${stage} did not end within 300 ms`)
    expect((run.error as Error).stack).toMatch(/at \S+ \(.*test_it\.py:[345]:1\)/)
    const next = await dryRun(interpreter, `${EXECUTE}        return PyState.completed()\n`)
    expect(next.verdict).toBe('dry run')
    expect(await interpreter.use((lent) => Promise.resolve(lent.pid))).toBe(warm)
  })
}

test('what a handler starts does not inherit the pipes', async () => {
  const { output } = await dryRun(
    kept(),
    `import subprocess
LINKS = """import os
def link(fd):
    try: return os.readlink("/proc/self/fd/" + fd)
    except OSError: return ""
links = {link(fd) for fd in os.listdir("/proc/self/fd")}
"""
exec(LINKS)
${EXECUTE}        own = {name for name in links if name.startswith("socket:")}
        ask = ["python", "-c", LINKS + "print(links)"]
        shown = subprocess.run(ask, close_fds=False, capture_output=True, text=True).stdout
        print(len(own), [name for name in own if name in shown])
        return PyState.completed()
`,
  )
  expect(output).toBe('2 []\n')
})

test('a forked process neither speaks for the handler nor goes on as it', async () => {
  const { output, verdict } = await dryRun(
    kept(),
    `${EXECUTE}        child = os.fork()
        if child == 0:
            print("child", flush=True)
            return PyState.error("from the child")
        os.waitpid(child, 0)
        print("parent")
        return PyState.completed()
`,
  )
  expect({ output, verdict }).toEqual({ output: 'child\nparent\n', verdict: 'dry run' })
})

test('threads that a handler leaves running are told of', async () => {
  const run = await dryRun(
    kept(),
    `import threading
${EXECUTE}        threading.Thread(target=time.sleep, args=(600,), name="left", daemon=True).start()
        return PyState.completed()
`,
  )
  expect(run.threads).toEqual(['left'])
})

test('asynchronous methods are awaited', async () => {
  const run = await dryRun(
    kept(),
    `import asyncio
class It(PyStateHandler):
    async def enter(self, context):
        self.queue = asyncio.Queue()
        return PyState.connecting()
    async def execute(self, context):
        await self.queue.put("done")
        await asyncio.sleep(0)
        print(await self.queue.get())
        return PyState.completed()
`,
  )
  expect(run).toMatchObject({ verdict: 'dry run', output: 'done\n' })
})

test('a coroutine that hangs shows where it waits, and what it has started', async () => {
  const interpreter = kept()
  await dryRun(interpreter, 'import asyncio\nclass It(PyStateHandler): pass\n')
  const run = await dryRun(
    interpreter,
    `import asyncio
async def waits():
    await asyncio.sleep(600)
class It(PyStateHandler):
    async def execute(self, context):
        asyncio.ensure_future(waits())
        await asyncio.Event().wait()
    async def exit(self, context):
        print("exit ran")
`,
    1_500,
  )
  const { message, stack } = run.error as Error
  expect(message).toMatch(/execute \(.*test_it\.py:9\) {2}await asyncio\.Event\(\)\.wait\(\)/)
  expect(message).toMatch(/asyncio task .*:\n.*\n? +waits \(.*test_it\.py:5\)/)
  expect(stack).toMatch(/at execute \(.*test_it\.py:9:1\)/)
  // What was left is ended without a word.
  expect(run.output).toBe('exit ran\n')
})

test('the members of an exception group are told', async () => {
  const run = await dryRun(
    kept(),
    `${EXECUTE}        class Group(Exception): exceptions = (ValueError("one"), KeyError("two"))
        raise Group("several")
`,
  )
  expect(run.error).toMatchObject({ name: 'Group', message: "several\n- ValueError: one\n- KeyError: 'two'" })
})

test('what a handler puts in the place of functions of Python does not break the messages', async () => {
  const run = await dryRun(
    kept(),
    `import json
${EXECUTE}        json.dumps = json.loads = os.read = os.write = os.environ = None
        return PyState.completed()
`,
  )
  expect(run.verdict).toBe('dry run')
})

test('a handler can skip itself, and be marked to be skipped or to fail', async () => {
  const interpreter = kept()
  const of = (body: string): Promise<HandlerRun> => dryRun(interpreter, `from vitest_tidb import *\n${body}`)
  expect(await of(`${EXECUTE}        self.skip("no need")\n`)).toMatchObject({ verdict: 'skipped', reason: 'no need' })
  expect(await of(`@skip("later")\n${EXECUTE}        return 1\n`)).toMatchObject({
    verdict: 'skipped',
    reason: 'later',
  })
  const fails = `@expected_failure("a bug")\n${EXECUTE}        assert 1 == 2\n`
  expect(await of(fails)).toMatchObject({ verdict: 'failed as expected', reason: 'a bug' })
  const passes = `@expected_failure("a bug")\n${EXECUTE}        return PyState.completed()\n`
  expect(await of(passes)).toMatchObject({ verdict: 'failed', error: { code: 'PYTHON_EXPECTED_FAILURE' } })
})

test('a plain assert tells its values', async () => {
  const run = await dryRun(kept(), `${EXECUTE}        rows = [1, 2]\n        assert len(rows) == 3\n`)
  expect((run.error as Error).message).toContain('len(rows) = 2')
})

test('the spellings of states that are in the wild are taken as the same state', async () => {
  const run = await dryRun(kept(), `${EXECUTE}        return "COMPLETED"\n`)
  expect(run.verdict).toBe('dry run')
})

test('an interpreter ends with the process that has started it, even when that is killed while code hangs', async () => {
  const folder = await folderOf({
    'test_it.py': `${IMPORTS}import re, subprocess\n${EXECUTE}        subprocess.Popen(["sleep", "600"])\n        time.sleep(600)\n`,
  })
  const parent = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { Interpreter } from '${new URL('interpreter.ts', import.meta.url).href}'
      const { executable } = await (await import('${new URL('find-interpreter.ts', import.meta.url).href}')).findInterpreter()
      const python = await Interpreter.start({ executable })
      const file = '${join(folder, 'test_it.py')}'
      const { instance } = await python.ask('create', { file, handler: 'It', context: {}, environment: {}, dryRun: true })
      python.ask('call', { instance, method: 'execute', limit: 60 })
      await python.ask('stack', {})
      console.log(python.pid)
      setInterval(() => undefined, 1000)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  onTestFinished(() => void parent.kill('SIGKILL'))
  const pid = await new Promise<number>((resolve) => {
    createInterface(parent.stdout).once('line', (line) => resolve(Number(line)))
  })
  const identity = { pid, startTime: startTimeOf(pid) ?? '' }
  expect(isAlive(identity)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => isAlive(identity), { timeout: 10_000 }).toBe(false)
  await expect.poll(() => groupOf(pid), { timeout: 10_000 }).toEqual([])
})

async function groupOf(group: number): Promise<string[]> {
  const { readFile } = await import('node:fs/promises')
  const found: string[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(pgrp) === group && state !== 'Z') found.push(name)
  }
  return found
}

test('the interpreter of the setting is taken, then that of the virtual environment, then python3, then python', async () => {
  const { executable } = await findInterpreter()
  const script = `#!/bin/sh\nexec ${executable} "$@"\n`
  const folder = await folderOf({
    python: script,
    'not-python': '#!/bin/sh\necho hello\n',
    old: '#!/bin/sh\necho 3.8.1 /usr/bin/old\n',
  })
  for (const name of ['python', 'not-python', 'old']) await chmod(join(folder, name), 0o755)
  const environment = { PATH: `${folder}:/bin` }
  await expect(findInterpreter({ setting: join(folder, 'python'), environment })).resolves.toMatchObject({ executable })
  await expect(findInterpreter({ environment: { ...environment, PATH: folder } })).resolves.toMatchObject({
    executable,
  })
  await expect(findInterpreter({ setting: join(folder, 'old'), environment })).rejects.toThrow(
    `${join(folder, 'old')} (the setting python.interpreter): is Python 3.8.1`,
  )
  const nowhere = findInterpreter({ environment: { PATH: '/nowhere', VIRTUAL_ENV: folder } })
  await expect(nowhere).rejects.toMatchObject({ code: 'PYTHON_NOT_FOUND' })
  await expect(nowhere).rejects.toThrow(
    /bin\/python \(the active virtual environment\): not found\n.*python3 .*\n.*python /,
  )
})

test('a value that is not what it must be is refused by its field and type, on both sides', async () => {
  const { executable } = await findInterpreter()
  const python = await Interpreter.start({ executable })
  onTestFinished(() => python.end())
  await expect(python.ask('load', { file: 7 })).rejects.toThrow("load: field 'file': expected str, got int")
  await expect(python.ask('call', { instance: 'x', method: 'execute', limit: 1 })).rejects.toThrow(
    "field 'instance': expected int, got str",
  )
  await expect(python.ask('call', { instance: 1, method: 'run', limit: 1 })).rejects.toThrow("field 'method'")
  const folder = await folderOf({
    'test_it.py': `${IMPORTS}from vitest_tidb._host import rpc, values
class It(PyStateHandler):
    def execute(self, context):
        for params in ({"connection": "one", "sql": 1}, {"connection": 1, "sql": "SELECT 1"}):
            try: print(values.read_rows(rpc.request("connection.execute", params)))
            except Exception as error: print(error)
        return PyState.completed()
`,
  })
  python.serve({
    answer: () => Promise.resolve({ columns: [{ name: 'n', type: 'int' }], rows: [[1]] }),
  })
  const file = join(folder, 'test_it.py')
  const created = await python.ask('create', { file, handler: 'It', context: {}, environment: {}, dryRun: true })
  await python.ask('call', { instance: (created as { instance: number }).instance, method: 'execute', limit: 60 })
  const [node, back] = python.takeOutput().split('\n')
  expect(node).toMatch(/'connection\.execute'.*field 'connection': .*number.*field 'sql': .*string/)
  expect(back).toBe("field 'rows[0][0] (n)': expected str or null, got int")
})
