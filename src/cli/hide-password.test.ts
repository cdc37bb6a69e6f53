import { expect, test } from 'vitest'
import { titleWithoutPassword } from './hide-password.ts'

test.for([
  [['check', '-phush'], 'tidb-test check -p***'],
  [['check', '--password=hush', '-H', 'db'], 'tidb-test check --password=*** -H db'],
  [['check', '-p', 'hush'], 'tidb-test check -p ***'],
  [['check', '--password', 'hush'], 'tidb-test check --password ***'],
] as const)('%j shows no password in the process list', ([args, title]) => {
  expect(titleWithoutPassword(args)).toBe(title)
})

test.for([
  [['check', '-p']],
  [['check', '-p', '--json']],
  [['check', '--password-stdin']],
  [['run', 'txn', '--', '-phush']],
])('%j holds no password', ([args]) => {
  expect(titleWithoutPassword(args ?? [])).toBeUndefined()
})
