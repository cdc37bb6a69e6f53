import type { z } from 'zod'
import { backendSettings } from './backend-settings.ts'
import { databaseSettings } from './database-settings.ts'
import { loggingSettings } from './logging-settings.ts'
import { referenceSettings } from './reference-settings.ts'
import { reportSettings } from './report-settings.ts'
import { resilienceSettings } from './resilience-settings.ts'
import { nameOfOption, type SettingDefinition } from './setting-definition.ts'
import { testSettings } from './test-settings.ts'

/**
 * Every setting of the toolkit: how it is checked, what is allowed (for error messages), and the environment variable
 * and command-line option that set it. Extensions bring their own.
 */
export const settings = {
  ...databaseSettings,
  ...backendSettings,
  ...testSettings,
  ...referenceSettings,
  ...resilienceSettings,
  ...loggingSettings,
  ...reportSettings,
} satisfies Record<string, SettingDefinition>

export type SettingKey = keyof typeof settings

/** A checked value for each setting that has one. */
export type SettingValues = { -readonly [K in SettingKey]?: z.output<(typeof settings)[K]['schema']> }

export const settingKeys = Object.keys(settings) as SettingKey[]

export function definitionOf(key: SettingKey): SettingDefinition {
  return settings[key]
}

/** The flag of a setting, without dashes; undefined when it has none. */
export function optionName(key: SettingKey): string | undefined {
  const { option } = definitionOf(key)
  return option === undefined ? undefined : nameOfOption(option)
}
