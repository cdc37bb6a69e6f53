import { nearest } from './nearest.ts'
import type { Origin } from './origin.ts'
import type { Problem, Setting } from './setting.ts'
import { settingKeys, type SettingKey } from './settings.ts'

/** Places where a single value stands for a group. */
const shorthands: ReadonlyMap<string, SettingKey> = new Map([
  ['backend', 'backend.kind'],
  ['database.tls', 'database.tls.enabled'],
])

/** Turns nested values into settings; whatever is no setting becomes a problem. */
export function flatten(
  root: unknown,
  originOf: (path: readonly string[]) => Origin,
): { settings: readonly Setting[]; problems: readonly Problem[] } {
  const settings: Setting[] = []
  const problems: Problem[] = []

  function visit(value: unknown, path: readonly string[]): void {
    const key = path.join('.')
    const origin = originOf(path)
    const shorthand = shorthands.get(key)
    if (isSettingKey(key)) {
      settings.push({ key, value, origin })
    } else if (isTable(value) && isGroup(key)) {
      for (const [name, child] of Object.entries(value)) {
        if (child !== undefined) visit(child, [...path, name])
      }
    } else if (shorthand !== undefined) {
      settings.push({ key: shorthand, value, origin })
    } else if (isGroup(key)) {
      const what = key === '' ? 'the settings are not an object' : `${key} is not a group of settings`
      problems.push({ where: origin.where, what, remedy: `Write an object with: ${childrenOf(path).join(', ')}.` })
    } else {
      problems.push({ where: origin.where, what: `unknown setting ${key}`, remedy: suggestion(path) })
    }
  }

  visit(root, [])
  return { settings, problems }
}

function isSettingKey(key: string): key is SettingKey {
  return (settingKeys as readonly string[]).includes(key)
}

function isTable(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
  )
}

function isGroup(key: string): boolean {
  return key === '' || settingKeys.some((known) => known.startsWith(`${key}.`))
}

/** The names that may stand at a place. */
function childrenOf(path: readonly string[]): readonly string[] {
  const prefix = path.length === 0 ? '' : `${path.join('.')}.`
  const below = settingKeys.filter((known) => known.startsWith(prefix))
  return [...new Set(below.map((known) => known.slice(prefix.length).split('.')[0] ?? ''))]
}

function suggestion(path: readonly string[]): string {
  const group = path.slice(0, -1)
  const name = path.at(-1) ?? ''
  const sibling = nearest(name, childrenOf(group))
  if (sibling !== undefined) return `Did you mean ${[...group, sibling].join('.')}?`
  const elsewhere = nearest(
    name,
    settingKeys.map((key) => key.split('.').at(-1) ?? ''),
  )
  const key = settingKeys.find((known) => known.endsWith(`.${elsewhere}`) || known === elsewhere)
  if (key !== undefined) return `Did you mean ${key}?`
  return `Known here: ${childrenOf(group).join(', ')}.`
}
