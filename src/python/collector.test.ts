import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { Collector, type CollectedFile } from './collector.ts'

let collector: Collector
beforeAll(() => {
  collector = new Collector()
})
afterAll(() => collector.close())

test('handlers are the classes of a file that are derived from PyStateHandler, directly or not, in its order', async () => {
  const { handlers } = await collected({
    'test_a.py': `
from src.common.test_rig_python import PyStateHandler, MultiConnectionTestHandler as Many
import test_rig_python as rig
import base
from base import Base as Renamed
from vitest_tidb import *

class Plain: pass
class _Hidden(PyStateHandler): pass
class Direct(PyStateHandler):
    """What it does."""
    tags = ["slow", 'txn']
class ByFile(_Hidden): pass
class ByModule(base.Deep): pass
class ByImport(Renamed): pass
class ByAlias(rig.PyStateHandler): pass
class WithMany(Many): pass
if True:
    class InBranch(PyStateHandler): pass
class Failure(Exception):
    def execute(self): pass
def function():
    class Inner(PyStateHandler): pass
`,
    'base.py': 'from deeper.root import Root\nclass Base(Root): pass\nclass Deep(Base): pass\n',
    'deeper/root.py': 'from test_rig_python import PyStateHandler\nclass Root(PyStateHandler): pass\n',
  })
  expect(handlers.map(({ name }) => name)).toEqual([
    'Direct',
    'ByFile',
    'ByModule',
    'ByImport',
    'ByAlias',
    'WithMany',
    'InBranch',
  ])
  expect(handlers[0]).toEqual({ name: 'Direct', line: 10, doc: 'What it does.', tags: ['slow', 'txn'], problem: null })
})

test('nothing is run: not the file, and not what it imports', async () => {
  const { handlers } = await collected({
    'test_a.py': 'import os, base\nos._exit(3)\nclass A(base.Base): pass\n',
    'base.py': 'import os\nos._exit(4)\nfrom test_rig_python import PyStateHandler\nclass Base(PyStateHandler): pass\n',
  })
  expect(handlers.map(({ name }) => name)).toEqual(['A'])
})

test('what lies beside the suite under our own name does not count', async () => {
  const { handlers } = await collected({
    'test_a.py': 'from src.common.test_rig_python import PyStateHandler\nclass A(PyStateHandler): pass\n',
    'src/common/test_rig_python.py': 'PyStateHandler = object\n',
  })
  expect(handlers.map(({ name }) => name)).toEqual(['A'])
})

test('a class of unknown origin counts when it looks like a handler', async () => {
  const { handlers } = await collected({
    'test_a.py': `
from somebodys_package import Base, Other
class A(Base):
    def execute(self, context): pass
class B(Other): pass
`,
  })
  expect(handlers.map(({ name }) => name)).toEqual(['A'])
})

test('files that are imported from the own folders are told, those of others not', async () => {
  const { imports, folder } = await collected({
    'test_a.py': 'import os, first\ndef later():\n    from helpers import second\n',
    'first.py': 'import third\n',
    'third.py': 'import first, test_rig_python\n',
    'helpers/__init__.py': '',
    'helpers/second.py': '',
  })
  const names = ['first.py', 'helpers/__init__.py', 'helpers/second.py', 'third.py']
  expect(imports).toEqual(names.map((name) => join(folder, name)))
})

test('each case of a parametrized handler has its name', async () => {
  const { handlers } = await collected({
    'test_a.py': `
from vitest_tidb import PyStateHandler, parametrize
LEVELS = ["READ COMMITTED", "SERIALIZABLE"]

@parametrize("level", LEVELS)
@parametrize("a, b", [(1, 2), (object(), None)])
class Cases(PyStateHandler): pass

@parametrize("n", range(2))
class Numbers(PyStateHandler): pass

@parametrize("n", computed())
class Unknown(PyStateHandler): pass
`,
  })
  expect(handlers.map(({ name, line, problem }) => [name, line, problem])).toEqual([
    ['Cases[READ COMMITTED-1-2]', 7, null],
    ['Cases[READ COMMITTED-a1-None]', 7, null],
    ['Cases[SERIALIZABLE-1-2]', 7, null],
    ['Cases[SERIALIZABLE-a3-None]', 7, null],
    ['Numbers[0]', 10, null],
    ['Numbers[1]', 10, null],
    ['Unknown', 13, 'the names and values of @parametrize on Unknown must be written as literals'],
  ])
})

test('a file that can not be parsed has a line and a column', async () => {
  const { problem, handlers } = await collected({ 'test_a.py': 'class A:\n    x = = 1\n' })
  expect(problem).toEqual({ line: 2, column: 9, message: 'SyntaxError: invalid syntax' })
  expect(handlers).toEqual([])
})

test('a file that is nested too deeply for the parser is told of, and the next one is read', async () => {
  const { problem } = await collected({ 'test_a.py': `x = ${'-'.repeat(100_000)}1\n` })
  expect(problem?.message).toMatch(/too deeply|too many/)
  expect((await collected({ 'test_a.py': 'x = 1\n' })).problem).toBeUndefined()
})

test('without Python it says what was tried, and finds it when it is there', async () => {
  const search: { setting: string | undefined } = { setting: 'no-such-python' }
  const other = new Collector(search)
  onTestFinished(() => other.close())
  const file = join(await folderWith({ 'test_a.py': 'x = 1\n' }), 'test_a.py')
  await expect(other.collect(file)).rejects.toThrow(/no-such-python \(the setting python\.interpreter\): not found/)
  search.setting = undefined
  expect(await other.collect(file)).toEqual({ handlers: [], imports: [] })
})

async function collected(
  files: Readonly<Record<string, string>>,
): Promise<CollectedFile & { readonly folder: string }> {
  const folder = await folderWith(files)
  return { folder, ...(await collector.collect(join(folder, 'test_a.py'))) }
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vitest-tidb-collected-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  return folder
}
