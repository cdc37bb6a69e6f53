import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openSession, sql, type Session } from 'vitest-tidb/engine'
import { externalServer } from './support/external-server.ts'
import { tidbTest } from './support/tidb-test.ts'
import { UserProject, type Finished } from './support/user-project.ts'

const OURS = '`vitest\\_tidb\\_%`.*'
const PASSWORD = 'l1mited-0ne'
/** What runs may leave behind on a server. */
const STATE = [
  'SHOW DATABASES',
  'SELECT user, host, authentication_string, account_locked FROM mysql.user',
  'SELECT user, host, db FROM mysql.db',
  'SELECT variable_name, variable_value FROM mysql.global_variables WHERE variable_name NOT LIKE "%gc%"',
  'SHOW GLOBAL BINDINGS',
  'SELECT name FROM information_schema.resource_groups',
  'SELECT policy_name FROM information_schema.placement_policies',
  'SELECT user FROM information_schema.processlist WHERE id <> CONNECTION_ID()',
]

interface Cluster {
  readonly root: Session
  run(user: string, suites: readonly string[], files: readonly string[], flags?: readonly string[]): Promise<Finished>
}

/** Runs suites from an empty folder on somebody else's server, and looks whether they leave it as it was. */
const onCluster = test.extend('cluster', async (): Promise<Cluster> => {
  const project = await UserProject.create({})
  const { port } = await externalServer(project)
  await rm(join(project.folder, 'vitest.config.ts'))
  const root = await openSession({ name: 'root', endpoint: { host: '127.0.0.1', port, user: 'root' } })
  onTestFinished(() => root.close())
  return {
    root,
    async run(user, suites, files, flags = ['--reporter=verbose']) {
      const before = await stateOf(root)
      const command = ['run', ...suites, '-H', `127.0.0.1:${port}`, '-u', user, '--', ...flags, ...files]
      const finished = await tidbTest(project, command, user === 'root' ? {} : { TIDB_PASSWORD: PASSWORD })
      expect(finished.output).not.toContain(PASSWORD)
      expect(await stateOf(root)).toEqual(before)
      return finished
    },
  }
})

async function stateOf(root: Session): Promise<Record<string, unknown[]>> {
  const entries = []
  for (const statement of STATE) entries.push([statement, await root.query`${sql.raw(statement)}`] as const)
  return Object.fromEntries(entries)
}

async function account(root: Session, user: string, privileges: string): Promise<void> {
  await root.script(`CREATE USER ${user} IDENTIFIED BY '${PASSWORD}'; GRANT ${privileges} ON ${OURS} TO ${user}`)
}

onCluster('all that an account may not do is skipped, with the privileges named', async ({ cluster }) => {
  await account(cluster.root, 'limited', 'ALL')
  const files = ['users', 'tables', 'locks', 'schema-changes']
  const { exitCode, output } = await cluster.run('limited', ['ddl', 'txn'], files)
  expect(output).toMatch(/ RUN .*vitest-tidb\/suites/)
  expect(output).toMatch(/from external: mysql:\/\/limited@127\.0\.0\.1:\d+\/ \(option --host\)/)
  expect(output).toMatch(/↓ ddl\/users\.test\.ts.*\[the user lacks a privilege: CREATE USER\]/)
  expect(output).toMatch(/↓ txn\/locks\.test\.ts.*\[the user lacks a privilege: .*PROCESS.*\]/)
  expect(output).toMatch(/↓ txn\/schema-changes\.test\.ts.*\[the user lacks a privilege: .*SELECT on mysql\.tidb_.*\]/)
  expect(output).toMatch(/✓ ddl\/tables\.test\.ts/)
  expect(output).not.toMatch(/×|failed/)
  expect(output).toMatch(/\d+ tests were skipped because the user lacks a privilege:\n(?: +\d+ {2}\S.*\n)+$/)
  expect(exitCode).toBe(0)
})

onCluster('an account of yet fewer privileges fails nothing either', async ({ cluster }) => {
  await account(cluster.root, 'few', 'CREATE, DROP, SELECT, INSERT, UPDATE, DELETE, ALTER, INDEX')
  const { exitCode, output } = await cluster.run('few', ['ddl'], ['foreign-keys', 'views', 'columns'], [])
  expect(output).not.toMatch(/×|failed/)
  expect(output).toMatch(/^ +\d+ {2}REFERENCES$/m)
  expect(output).toMatch(/^ +\d+ {2}CREATE VIEW$/m)
  expect(output).toMatch(/\d+ passed/)
  expect(exitCode).toBe(0)
})

onCluster('a run that could test nothing fails, and names what is missing', async ({ cluster }) => {
  await account(cluster.root, 'visitor', 'CREATE, SELECT, INSERT')
  const { exitCode, output } = await cluster.run('visitor', ['txn'], ['commit', 'savepoints'], [])
  expect(output).toContain('CREATE and DROP on `vitest\\_tidb\\_%`.*')
  expect(output).toMatch(/^Nothing was tested\.$/m)
  expect(output).not.toMatch(/×|failed/)
  expect(exitCode).toBe(1)
})

onCluster('an account that may do everything skips nothing for want of it, and leaves nothing', async ({ cluster }) => {
  const files = ['users', 'resource-groups', 'placement-policies', 'locks', 'schema-changes', 'foreign-keys']
  const { exitCode, output } = await cluster.run('root', ['ddl', 'txn'], files)
  expect(output).not.toMatch(/×|↓|failed|lacks a privilege/)
  expect(exitCode).toBe(0)
})
