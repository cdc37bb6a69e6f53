import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { page } from './page.ts'

const DECLARATIONS = 'fixtures/matchers/declarations.ts'
const SNIPPETS = 'docs/snippets/matchers'

/** Every matcher with its docstring, and what the tests in `docs/snippets/matchers` show of it. */
export function matchersPage(root: string): string {
  const snippets = new Map<string, string>()
  for (const file of globSync(`${SNIPPETS}/*.test.ts`, { cwd: root })) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, region = ''] of text.matchAll(/#region (\S+)/g)) snippets.set(region, file.slice('docs/'.length))
  }
  const sections = declaredMatchers(root).flatMap(({ name, about }) => {
    const passes = snippets.get(`${name}-passes`)
    if (passes === undefined) throw new Error(`${SNIPPETS} has no region ${name}-passes`)
    const fails = snippets.get(`${name}-fails`)
    const output = `snippets/matchers/output/${name}.txt`
    const failing =
      fails === undefined
        ? []
        : ['Fails:', '', quoted(fails, `${name}-fails`), '', 'with', '', ...outputOf(root, output), '']
    return [`## ${name}`, '', about, '', 'Passes:', '', quoted(passes, `${name}-passes`), '', ...failing]
  })
  return page('Matchers', [
    'Each is awaited where what it looks at is asked of the server. One that nobody awaited fails its test.',
    'In the outputs below times, and names of databases, are replaced by fixed ones.',
    '',
    ...sections,
  ])
}

export function declaredMatchers(root: string): readonly { readonly name: string; readonly about: string }[] {
  const text = readFileSync(join(root, DECLARATIONS), 'utf8')
  const source = ts.createSourceFile(DECLARATIONS, text, ts.ScriptTarget.Latest, true)
  const found: { name: string; about: string }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) && node.name.text === 'Matchers') {
      for (const member of node.members) {
        if (!ts.isMethodSignature(member)) continue
        const about = ts.getTextOfJSDocComment(ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc)?.comment) ?? ''
        found.push({ name: member.name.getText(), about: about.replaceAll('\n', ' ') })
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** VitePress's import of a region of a file, relative to `docs`. */
function quoted(file: string, region: string): string {
  return `<<< @/${file}#${region}`
}

function outputOf(root: string, file: string): readonly string[] {
  if (!existsSync(join(root, 'docs', file)))
    throw new Error(`docs/${file} does not exist. Run: npx vitest run --project docs`)
  return [`<<< @/${file}{text}`]
}
