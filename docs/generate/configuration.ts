import { catalogOf } from '../../src/config/catalog.ts'
import { defaults } from '../../src/config/defaults.ts'
import { cell, page } from './page.ts'

/** Every key that can be set, those of built-in sections too. */
export function configurationPage(): string {
  const catalog = catalogOf()
  const sections = new Map<string, string[]>()
  for (const key of catalog.keys) {
    const section = key.includes('.') ? key.slice(0, key.indexOf('.')) : ''
    sections.set(section, [...(sections.get(section) ?? []), key])
  }
  const lines = [...sections].flatMap(([section, keys]) => [
    `## ${section === '' ? 'Top level' : section}`,
    '',
    ...keys.flatMap((key) => describe(key, catalog.definition(key))),
  ])
  return page('Configuration keys', [
    'Stronger sources come later: defaults, a file `tidb-test.config.toml`, `.json` or `.ts`, environment variables, flags',
    'of `tidb-test`, options of `tidb()`. `npx tidb-test config show` prints each value and where it came from.',
    '',
    ...lines,
  ])
}

type Definition = NonNullable<ReturnType<ReturnType<typeof catalogOf>['definition']>>

function describe(key: string, definition: Definition | undefined): readonly string[] {
  if (definition === undefined) return []
  const { about, allowed, variable, alsoVariable, option, secret } = definition
  const byDefault = definition.unset ?? defaultOf(key)
  return [
    `### \`${key}\``,
    '',
    `${cell(sentence(about))} Allowed: ${cell(allowed)}.${secret === true ? ' It is never printed.' : ''}`,
    '',
    '| variable | flag | default |',
    '| --- | --- | --- |',
    `| ${[variable, alsoVariable].flatMap((name) => (name === undefined ? [] : [`\`${name}\``])).join(', ')} | ${option === undefined ? '' : `\`--${cell(option)}\``} | ${cell(byDefault)} |`,
    '',
  ]
}

function defaultOf(key: string): string {
  const value = (defaults as Readonly<Record<string, unknown>>)[key]
  return value === undefined ? '' : `\`${String(value)}\``
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`
}
