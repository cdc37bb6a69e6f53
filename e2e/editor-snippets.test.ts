import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import { tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

interface Snippet {
  readonly scope: string
  readonly prefix: string
  readonly description: string
  readonly body: readonly string[]
}

/** Those that a user has: from the installed package. */
async function installedSnippets(): Promise<[name: string, snippet: Snippet][]> {
  const path = join(inject('installed'), 'node_modules/vitest-tidb/editor/vitest-tidb.code-snippets')
  // Not only what an editor would put up with: commas at the end are no JSON.
  return Object.entries(JSON.parse(await readFile(path, 'utf8')) as Record<string, Snippet>)
}

/** What an editor inserts when every place is left as it is offered, the first of what can be chosen. */
function inserted({ body }: Snippet): string {
  const places = /\\([$}\\])|\$\{\d+:((?:\\.|[^}\\])*)\}|\$\{\d+\|((?:\\.|[^,|\\])*)[^}]*\|\}|\$\d+/g
  return `${body.join('\n').replaceAll(places, (_, escaped = '', offered = '', first = '') => escaped + offered + first)}\n`
}

/** A snippet of a test alone stands in a file that imports what it needs. */
function asFile(text: string): string {
  return text.startsWith('import ') ? text : `import { expect, test, workloads } from 'vitest-tidb'\n\n${text}`
}

test('each snippet has a prefix of its own, a scope and a description', async () => {
  const snippets = await installedSnippets()
  const prefixes = snippets.map(([, { prefix }]) => prefix)
  expect(new Set(prefixes).size).toBe(prefixes.length)
  expect(prefixes).toEqual(prefixes.map(() => expect.stringMatching(/^tidb-[a-z]+$/)))
  for (const [name, { scope, description, body }] of snippets) {
    expect(scope.split(','), name).toContain(name.includes('Python') ? 'python' : 'typescript')
    expect(description, name).not.toBe('')
    // One place is where the cursor ends.
    expect(body.join('\n').match(/\$0/g), name).toHaveLength(1)
  }
})

test('what snippets insert compiles, and runs as it is offered', async () => {
  const snippets = await installedSnippets()
  const files = Object.fromEntries(
    snippets.map(([, snippet]) => {
      const text = inserted(snippet)
      expect(text, snippet.prefix).not.toMatch(/\$\d|\$\{\d/)
      if (snippet.scope === 'python') return ['test_snippet.py', text]
      return snippet.prefix === 'tidb-config' ? ['vitest.config.ts', text] : [`${snippet.prefix}.test.ts`, asFile(text)]
    }),
  )
  const project = await UserProject.create({
    ...files,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
      },
      include: ['*.ts'],
    }),
  })
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const compiled = await promisify(execFile)(process.execPath, [
    join(typescript, 'bin/tsc'),
    '-p',
    project.folder,
  ]).then(
    () => '',
    (error: { readonly stdout: string }) => error.stdout,
  )
  expect(compiled).toBe('')
  const { exitCode, output } = await project.vitest()
  const ran = Object.keys(files).filter((name) => name.endsWith('.test.ts'))
  expect(output).toMatch(new RegExp(`Test Files\\s+${ran.length} passed \\(${ran.length}\\)`))
  expect(exitCode).toBe(0)
  const ofPython = await tidbTest(project, ['python', 'test_snippet.py'])
  expect(ofPython.output).toMatch(/Tests\s+1 passed \(1\)/)
  expect(ofPython.exitCode).toBe(0)
})
