import type { Setting } from './setting.ts'

type Translation = (value: unknown) => readonly [key: string, value: unknown] | undefined

/** Keys of an earlier framework's files, whose users need not rewrite them, and what they mean now. */
const earlier: Readonly<Record<string, Translation>> = {
  'database.username': (value) => ['database.user', value],
  'database.pool_size': (value) => ['database.poolSize', value],
  'database.timeout_secs': (value) => ['database.timeout', seconds(value)],
  'test.timeout_secs': (value) => ['test.timeout', seconds(value)],
  'test.verbose': (value) => (value === true ? ['logging.level', 'debug'] : undefined),
  'import_jobs.monitor_duration': (value) => ['jobs.duration', seconds(value)],
  'import_jobs.update_interval': (value) => ['jobs.interval', seconds(value)],
  'import_jobs.show_details': (value) => ['jobs.details', value],
}

export const earlierKeys: readonly string[] = Object.keys(earlier)

/**
 * The settings of a file in today's words. A null is what the earlier framework wrote for a setting that nobody gave.
 * Where a file gives a level, `test.verbose` says nothing more, unless it asks for more.
 */
export function inTodaysWords(settings: readonly Setting[]): readonly Setting[] {
  const translated = settings.flatMap((setting) => {
    if (setting.value === null) return []
    if (setting.key === 'logging.level' && setting.value === 'trace') return [{ ...setting, value: 'debug' }]
    const translate = earlier[setting.key]
    if (translate === undefined) return [setting]
    const meant = translate(setting.value)
    return meant === undefined ? [] : [{ ...setting, key: meant[0], value: meant[1] }]
  })
  const verbose = settings.some(({ key, value }) => key === 'test.verbose' && value === true)
  return verbose ? translated.filter(({ key, value }) => key !== 'logging.level' || value === 'debug') : translated
}

/** In milliseconds; what is no number is left to be refused. */
function seconds(value: unknown): unknown {
  return typeof value === 'number' ? value * 1_000 : value
}
