import { expectTypeOf, test } from 'vitest'
import type { ConfigExtension } from './config-extension.ts'
import type { connectionsExtension } from './connections-extension.ts'
import type { pythonExtension } from './python-extension.ts'
import type { SettingKey } from './settings.ts'
import type { BackendChoice, TidbOptions } from './tidb-options.ts'

type Group<T> = Extract<NonNullable<T>, object>

type Written =
  | `database.${Exclude<keyof Group<TidbOptions['database']>, 'tls'>}`
  | `database.tls.${keyof Group<Group<TidbOptions['database']>['tls']>}`
  | `backend.${Exclude<keyof Group<TidbOptions['backend']>, 'cluster'>}`
  | `backend.cluster.${keyof Group<Group<TidbOptions['backend']>['cluster']>}`
  | `test.${keyof Group<TidbOptions['test']>}`
  | `reference.${keyof Group<TidbOptions['reference']>}`
  | `retry.${keyof Group<TidbOptions['retry']>}`
  | `breaker.${keyof Group<TidbOptions['breaker']>}`
  | `logging.${keyof Group<TidbOptions['logging']>}`
  | `report.${keyof Group<TidbOptions['report']>}`
  | Exclude<
      keyof TidbOptions,
      | 'database'
      | 'backend'
      | 'test'
      | 'reference'
      | 'retry'
      | 'breaker'
      | 'connections'
      | 'python'
      | 'logging'
      | 'report'
    >

test('what can be written as an option is what is checked as a setting, no more and no less', () => {
  expectTypeOf<Written>().toEqualTypeOf<SettingKey>()
})

test('so is what stands in the sections of connections and of Python', () => {
  type Values<E> = E extends ConfigExtension<string, infer Output> ? Output : never
  expectTypeOf<keyof Group<TidbOptions['connections']>>().toEqualTypeOf<keyof Values<typeof connectionsExtension>>()
  expectTypeOf<keyof Group<TidbOptions['python']>>().toEqualTypeOf<keyof Values<typeof pythonExtension>>()
})

test('a backend is a name or a group', () => {
  expectTypeOf<BackendChoice>().toExtend<TidbOptions['backend']>()
  // @ts-expect-error no such backend
  const wrong: TidbOptions = { backend: 'docker' }
  // @ts-expect-error no such setting
  const unknown: TidbOptions = { database: { hots: 'x' } }
  expectTypeOf([wrong, unknown]).toEqualTypeOf<TidbOptions[]>()
})
