import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openSession, Secret } from 'vitest-tidb/engine'
import { noTidb } from './support/bare-machine.ts'
import { externalServer, type ExternalServer } from './support/external-server.ts'
import { UserProject } from './support/user-project.ts'

const strangers = fileURLToPath(new URL('./strangers/', import.meta.url))

const CONFIG = `
import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'
export default defineConfig({ plugins: [tidb()], test: { include: ['suite/test_*.py'], testTimeout: 15_000, maxWorkers: 2 } })
`

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string
      readonly status: string
      readonly failureMessages: readonly string[]
      readonly meta: { readonly python?: { readonly swallowed: readonly { readonly errno: number }[] } }
    }[]
  }[]
}

/** What is written beside each class: `# passed`, `# passed swallowed:1146` or `# failed: words of its failure`. */
function verdictsIn(files: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const found = Object.entries(files).flatMap(([path, text]) =>
    [...text.matchAll(/^class (\w+)\(\w+\): {2}# (.+)$/gm)].map(
      ([, name = '', verdict = '']) => [`${path.split('/').at(-1)} › ${name}`, verdict] as const,
    ),
  )
  return new Map(found)
}

function strangeFiles(): Record<string, string> {
  const names = readdirSync(strangers, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.py'))
  return Object.fromEntries(names.map((name) => [`suite/${name}`, readFileSync(join(strangers, name), 'utf8')]))
}

/** Ten handlers of the common kind: set something up, do it, look, clean up; each third finds what it does not expect. */
function ordinaryFile(topic: string, column: string, value: string): string {
  const handlers = Array.from({ length: 10 }, (_, number) => {
    const wrong = number % 3 === 2
    return `
class ${topic}${number}(PyStateHandler):  # ${wrong ? `failed: ${topic} ${number} went wrong` : 'passed'}
    def enter(self, context):
        context.connection.execute_query("DROP TABLE IF EXISTS shared_name")
        context.connection.execute_query("CREATE TABLE shared_name (id INT PRIMARY KEY, v ${column})")
        return PyState.connecting()

    def execute(self, context):
        print("testing ${topic} ${number}")
        context.connection.execute_query("INSERT INTO shared_name VALUES (${number}, ${value})")
        rows = context.connection.execute_query("SELECT id, v FROM shared_name")
        if len(rows) != ${wrong ? 2 : 1} or rows[0]["id"] != rows[0].get("col_0") or rows[0]["v"] is None:
            return PyState.error("${topic} ${number} went wrong")
        return PyState.completed()

    def exit(self, context):
        context.connection.execute_query("DROP TABLE shared_name")
`
  })
  return `import sys
sys.path.append("..")
from src.common.test_rig_python import PyStateHandler, PyState
${handlers.join('\n')}`
}

async function databases({ port, password }: ExternalServer): Promise<unknown[]> {
  const endpoint = { host: '127.0.0.1', port, user: 'shop', password: new Secret(password) }
  const session = await openSession({ name: 'observer', endpoint })
  try {
    return await session.query`SHOW DATABASES`
  } finally {
    await session.close()
  }
}

test('a suite of 90 handlers of a stranger runs to the end, each handler with its own verdict, and leaves nothing', async () => {
  const files = {
    ...strangeFiles(),
    'suite/test_numbers.py': ordinaryFile('Numbers', 'BIGINT', '1'),
    'suite/test_texts.py': ordinaryFile('Texts', 'VARCHAR(20)', "'ä'"),
    'suite/test_dates.py': ordinaryFile('Dates', 'DATETIME(6)', 'NOW(6)'),
    'suite/test_amounts.py': ordinaryFile('Amounts', 'DECIMAL(9,2)', '1.50'),
    'suite/test_documents.py': ordinaryFile('Documents', 'JSON', "'{}'"),
  }
  const expected = verdictsIn(files)
  expect(expected.size).toBeGreaterThanOrEqual(90)
  const host = await UserProject.create({})
  const project = await UserProject.create({ 'vitest.config.ts': CONFIG, ...files })
  const server = await externalServer(host)
  const before = await databases(server)
  const run = await project.vitest(['run', '--reporter=json', '--outputFile=report.json'], { ...noTidb, ...server.env })
  expect(run.exitCode, run.output).toBe(1)

  const report = JSON.parse(readFileSync(join(project.folder, 'report.json'), 'utf8')) as Report
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const results = new Map(tests.map((each) => [each.title, each]))
  const whole = ['test_nothing.py can be run', 'test_syntax.py can be run']
  expect([...results.keys()].toSorted()).toEqual([...expected.keys(), ...whole].toSorted())
  for (const title of whole) expect(results.get(title)?.status).toBe('failed')
  for (const [title, verdict] of expected) {
    const result = results.get(title)
    const [, status, words = '', errno] = /^(passed|failed)(?:: ?(.*?))?(?: swallowed:(\d+))?$/.exec(verdict) ?? []
    expect(result?.status, `${title}: ${result?.failureMessages.join('\n')}`).toBe(status)
    expect(result?.failureMessages.join('\n')).toContain(words)
    const swallowed = result?.meta.python?.swallowed.map((each) => String(each.errno)) ?? []
    if (status === 'passed' && !title.endsWith('Deadlocks')) {
      expect(swallowed, title).toEqual(errno === undefined ? [] : [errno])
    }
  }

  expect(await databases(server)).toEqual(before)
  expect(await project.pythons()).toEqual([])
  expect(await project.leftovers()).toEqual([])
})
