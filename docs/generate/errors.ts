import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { cell, page } from './page.ts'

const CODE = /^[A-Z]+(?:_[A-Z]+)+$/
const KINDS =
  /^(?:BACKEND|BLOCKING|CIRCUIT|CLUSTER|CONFIG|CONNECT|COORDINATION|DATABASE|FAULT|FAULTS|GLOBAL|IMPLICIT|IMPORT|ISOLATION|LOAD|MATCHER|PYTHON|REFERENCE|REPORT|SPEC|SQL|STATE|STATEMENT|WAIT)_/

interface Said {
  readonly message: string | undefined
  readonly remedy: string | undefined
}

/** Every error code, with what its errors say, as the sources have it. */
export function errorsPage(root: string): string {
  const codes = errorCodes(root)
  const kinds = Map.groupBy(codes.keys(), (code) => code.slice(0, code.indexOf('_')))
  const lines = [...kinds].flatMap(([kind, members]) => [
    `## ${kind}`,
    '',
    ...members.flatMap((code) => {
      const said = codes.get(code) ?? []
      return [`### ${code}`, '', ...table(said.filter(({ message, remedy }) => (message ?? remedy) !== undefined)), '']
    }),
  ])
  return page('Error codes', [
    'Every error of the toolkit has a `code`, which stays the same from version to version, a `context` with what was',
    'going on, and where there is something to do next, a `remedy`. An `…` stands for what differs from case to case.',
    'Errors of a statement have the name that MySQL and TiDB give them as their code, such as `ER_DUP_ENTRY`.',
    '',
    ...lines,
  ])
}

function table(said: readonly Said[]): readonly string[] {
  if (said.length === 0) return ['It comes with what the server, the system or the task has said.']
  return [
    '| what it says | what to do |',
    '| --- | --- |',
    ...said.map(({ message, remedy }) => `| ${cell(message ?? '')} | ${cell(remedy ?? '')} |`),
  ]
}

export function errorCodes(root: string): ReadonlyMap<string, readonly Said[]> {
  const found = new Map<string, Said[]>()
  const files = globSync('{src,fixtures}/**/*.ts', { cwd: root }).filter((file) => !/\.test(?:-d)?\.ts$/.test(file))
  for (const file of files.toSorted()) {
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true)
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteral(node) && CODE.test(node.text) && KINDS.test(node.text)) {
        const said = saidAt(node)
        if (said !== undefined || isAnError(node)) {
          found.set(node.text, [...(found.get(node.text) ?? []), ...(said === undefined ? [] : [said])])
        }
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** What the error says whose code this is: the next argument, and its remedy. */
function saidAt(code: ts.StringLiteral): Said | undefined {
  let first: ts.Node = code
  while (ts.isConditionalExpression(first.parent)) first = first.parent
  const call = first.parent
  if (!ts.isNewExpression(call) && !ts.isCallExpression(call)) return undefined
  const index = call.arguments?.indexOf(first as ts.Expression) ?? -1
  if (index < 0) return undefined
  const rest = call.arguments?.slice(index + 1) ?? []
  return { message: rest.map(textOf).find((text) => text !== undefined), remedy: rest.map(remedyOf).find(Boolean) }
}

/** A code that is chosen or returned somewhere, not one that is compared with. */
function isAnError(code: ts.StringLiteral): boolean {
  const { parent } = code
  return ts.isPropertyAssignment(parent) || ts.isArrowFunction(parent) || ts.isReturnStatement(parent)
}

function remedyOf(argument: ts.Expression): string | undefined {
  if (!ts.isObjectLiteralExpression(argument)) return undefined
  for (const property of argument.properties) {
    if (ts.isPropertyAssignment(property) && property.name.getText() === 'remedy') return textOf(property.initializer)
  }
  return undefined
}

/** The text of an expression, `…` for what is put in; undefined for what holds no text. */
function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('')
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return (textOf(node.left) ?? '…') + (textOf(node.right) ?? '…')
  }
  if (ts.isConditionalExpression(node)) {
    const [yes, no] = [textOf(node.whenTrue), textOf(node.whenFalse)]
    return yes === undefined || no === undefined ? (yes ?? no) : `${yes} / ${no}`
  }
  return undefined
}
