import { expectTypeOf, test } from 'vitest'
import type { SettingKey } from './settings.ts'
import type { BackendChoice, TidbOptions } from './tidb-options.ts'

type Group<T> = Extract<NonNullable<T>, object>

type Written =
  | `database.${Exclude<keyof Group<TidbOptions['database']>, 'tls'>}`
  | `database.tls.${keyof Group<Group<TidbOptions['database']>['tls']>}`
  | `backend.${keyof Group<TidbOptions['backend']>}`
  | `test.${keyof Group<TidbOptions['test']>}`
  | `retry.${keyof Group<TidbOptions['retry']>}`
  | `breaker.${keyof Group<TidbOptions['breaker']>}`
  | `logging.${keyof Group<TidbOptions['logging']>}`
  | Exclude<keyof TidbOptions, 'database' | 'backend' | 'test' | 'retry' | 'breaker' | 'logging'>

test('what can be written as an option is what is checked as a setting, no more and no less', () => {
  expectTypeOf<Written>().toEqualTypeOf<SettingKey>()
})

test('a backend is a name or a group', () => {
  expectTypeOf<BackendChoice>().toExtend<TidbOptions['backend']>()
  // @ts-expect-error no such backend
  const wrong: TidbOptions = { backend: 'docker' }
  // @ts-expect-error no such setting
  const unknown: TidbOptions = { database: { hots: 'x' } }
  expectTypeOf([wrong, unknown]).toEqualTypeOf<TidbOptions[]>()
})
