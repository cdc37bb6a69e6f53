import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { mask } from '../logging/mask.ts'
import { parseHost } from './host.ts'
import type { Problem, Setting } from './setting.ts'
import type { SettingDefinition } from './setting-definition.ts'

/** A setting of host with a port in it is two settings. */
export function splitHostAndPort(setting: Setting): readonly Setting[] {
  if (setting.key !== 'database.host' || typeof setting.value !== 'string') return [setting]
  const parsed = parseHost(setting.value.trim())
  if ('problem' in parsed) return [setting]
  const host = { ...setting, value: parsed.host }
  return parsed.port === undefined ? [host] : [host, { ...setting, key: 'database.port', value: parsed.port }]
}

/** The checked value, or what is wrong with it. A path comes back absolute. */
export function checkSetting(
  setting: Setting,
  definition: SettingDefinition,
): { readonly value: unknown } | { readonly problem: Problem } {
  const result = definition.schema.safeParse(setting.value)
  if (!result.success) return { problem: problemWith(setting, definition, result.error?.issues[0]?.message) }
  if (definition.path !== true) return { value: result.data }
  const path = resolve(setting.origin.directory, String(result.data).replace(/^~(?=\/|$)/, homedir()))
  if (definition.mustExist === true && !existsSync(path)) {
    const remedy = `Correct the path; a relative one starts at ${setting.origin.directory}.`
    const what = `${setting.key} names ${join(path)}, which does not exist`
    return { problem: { where: setting.origin.where, what, remedy } }
  }
  return { value: path }
}

function problemWith(setting: Setting, definition: SettingDefinition, message: string | undefined): Problem {
  const parsed = setting.key === 'database.host' && typeof setting.value === 'string' ? parseHost(setting.value) : {}
  const reason = 'problem' in parsed ? ` ${parsed.problem}` : ' is not allowed'
  const what = `${setting.key}${definition.secret === true ? '' : ` ${display(setting.value)}`}${reason}`
  // A section of an extension says by itself what it allows.
  const remedy = definition.allowed === '' ? `Its schema says: ${message}.` : `Allowed: ${definition.allowed}.`
  return { where: setting.origin.where, what, remedy }
}

function display(value: unknown): string {
  if (typeof value === 'object') return kindOf(value)
  // Masked before it is cut: half a URL is no longer recognised as one.
  const text = mask(typeof value === 'string' ? JSON.stringify(value) : String(value))
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

function kindOf(value: object | null): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? '(a list)' : '(an object)'
}
