// The README's table of options is made from src/config/settings.ts. Without an argument this fails when the README is
// out of date; `--write` brings it up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defaults } from '../src/config/defaults.ts'
import { definitionOf, settingKeys, type SettingKey } from '../src/config/settings.ts'

const BEGIN = '<!-- options: made by scripts/readme-options.ts -->'
const END = '<!-- /options -->'

const readme = fileURLToPath(new URL('../README.md', import.meta.url))
const text = readFileSync(readme, 'utf8')
const [before, rest] = parted(text, BEGIN)
const [, after] = parted(rest, END)
const wanted = `${before}${BEGIN}\n${optionsTable()}\n${END}${after}`

if (process.argv.includes('--write')) {
  if (wanted !== text) writeFileSync(readme, wanted)
} else if (wanted !== text) {
  console.error('The table of options in README.md is out of date. Run: npm run format')
  process.exitCode = 1
}

function parted(whole: string, mark: string): [string, string] {
  const at = whole.indexOf(mark)
  if (at < 0) throw new Error(`README.md has no line ${mark}`)
  return [whole.slice(0, at), whole.slice(at + mark.length)]
}

function optionsTable(): string {
  const rows = settingKeys.map((key) => {
    const { variable, option, about } = definitionOf(key)
    return `| \`${key}\` | ${code(variable)} | ${code(option && `--${option}`)} | ${defaultOf(key)} | ${about} |`
  })
  return [
    '| key | variable | flag of `tidb-test` | default | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function defaultOf(key: SettingKey): string {
  const { unset } = definitionOf(key)
  if (unset !== undefined) return unset
  const value = (defaults as Partial<Record<SettingKey, string | number | boolean>>)[key]
  return value === undefined ? '' : `\`${value}\``
}

function code(value: string | undefined): string {
  return value === undefined ? '' : `\`${value}\``
}
