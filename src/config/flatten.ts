import { nearest } from './nearest.ts'
import type { Origin } from './origin.ts'
import type { Problem, Setting } from './setting.ts'

/** Places where a single value stands for a group, and a short name for a long one. */
const shorthands: ReadonlyMap<string, string> = new Map([
  ['backend', 'backend.kind'],
  ['database.tls', 'database.tls.enabled'],
  ['report', 'report.enabled'],
  ['keepDatabase', 'test.keepDatabase'],
])

/** Turns nested values into settings; whatever is no setting becomes a problem. Of `earlier` keys nothing is said. */
export function flatten(
  root: unknown,
  keys: readonly string[],
  originOf: (path: readonly string[]) => Origin,
  earlier: readonly string[] = [],
): { settings: readonly Setting[]; problems: readonly Problem[] } {
  const settings: Setting[] = []
  const problems: Problem[] = []

  function visit(value: unknown, path: readonly string[]): void {
    const key = path.join('.')
    const origin = originOf(path)
    const shorthand = shorthands.get(key)
    if (keys.includes(key) || earlier.includes(key)) {
      settings.push({ key, value, origin })
    } else if (isTable(value) && (isGroup(key, keys) || isGroup(key, earlier))) {
      for (const [name, child] of Object.entries(value)) {
        if (child !== undefined) visit(child, [...path, name])
      }
    } else if (shorthand !== undefined) {
      settings.push({ key: shorthand, value, origin })
    } else if (isGroup(key, keys)) {
      const what = key === '' ? 'the settings are not an object' : `${key} is not a group of settings`
      problems.push({
        where: origin.where,
        what,
        remedy: `Write an object with: ${childrenOf(path, keys).join(', ')}.`,
      })
    } else {
      problems.push({ where: origin.where, what: `unknown setting ${key}`, remedy: suggestion(path, keys) })
    }
  }

  visit(root, [])
  return { settings, problems }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
  )
}

function isGroup(key: string, keys: readonly string[]): boolean {
  return key === '' || keys.some((known) => known.startsWith(`${key}.`))
}

/** The names that may stand at a place. */
function childrenOf(path: readonly string[], keys: readonly string[]): readonly string[] {
  const prefix = path.length === 0 ? '' : `${path.join('.')}.`
  const below = keys.filter((known) => known.startsWith(prefix))
  return [...new Set(below.map((known) => known.slice(prefix.length).split('.')[0] ?? ''))]
}

function suggestion(path: readonly string[], keys: readonly string[]): string {
  const group = path.slice(0, -1)
  const name = path.at(-1) ?? ''
  const siblings = childrenOf(group, keys)
  const sibling = nearest(name, siblings)
  if (sibling !== undefined) return `Did you mean ${[...group, sibling].join('.')}?`
  const lastOf = (key: string): string => key.split('.').at(-1) ?? ''
  const elsewhere = nearest(name, keys.map(lastOf))
  const key = keys.find((known) => lastOf(known) === elsewhere)
  if (key !== undefined) return `Did you mean ${key}?`
  return `Known here: ${siblings.join(', ')}.`
}
