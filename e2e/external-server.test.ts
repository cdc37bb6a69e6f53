import { expect, test } from 'vitest'
import { openSession, Secret, sql } from 'vitest-tidb/engine'
import { noTidb } from './support/bare-machine.ts'
import { externalServer, type ExternalServer } from './support/external-server.ts'
import { PASSING } from './support/passing-test.ts'
import { UserProject } from './support/user-project.ts'

const OWN = `
import { test, expect } from 'vitest-tidb'
for (const name of ['one', 'two', 'three', 'four']) {
  test(name, async ({ db }) => {
    await db.run\`CREATE TABLE t (id INT PRIMARY KEY)\`
    await db.run\`INSERT INTO t VALUES (1)\`
    await expect(db.query\`SELECT id FROM t\`).toReturnRows([{ id: 1 }])
  })
}
`

test('two runs at the same time on one external server do not meet, and leave only what was there', async () => {
  const files = { 'a.test.ts': OWN, 'b.test.ts': OWN }
  const [host, ...projects] = [
    await UserProject.create({}),
    await UserProject.create(files),
    await UserProject.create(files),
  ]
  const server = await externalServer(host)
  await ask(server, 'CREATE DATABASE precious')
  const before = await ask(server, 'SHOW DATABASES')
  const runs = await Promise.all(projects.map((project) => project.vitest(['run'], { ...noTidb, ...server.env })))
  for (const { exitCode, output } of runs) {
    expect(output).toContain(`from external: mysql://shop@127.0.0.1:${server.port}/ (environment variable TIDB_HOST)`)
    expect(output).toMatch(/Tests\s+8 passed \(8\)/)
    expect(exitCode).toBe(0)
  }
  expect(await ask(server, 'SHOW DATABASES')).toEqual(before)
})

test('a wrong password is refused with user and setting, and never printed; nor is the right one', async () => {
  const project = await UserProject.create({
    'a.test.ts': PASSING.replace('[{ id: 1 }]', '[{ id: 2 }]'),
  })
  const server = await externalServer(project)
  const wrong = 'tr0ub4dor-and-3'
  const refused = await project.vitest(['run'], { ...noTidb, ...server.env, TIDB_PASSWORD: wrong })
  expect(refused.output).toMatch(/Access denied for user 'shop'/)
  expect(refused.output).toContain("User 'shop' was refused. Check user and password (TIDB_USER, TIDB_PASSWORD).")
  expect(refused.output).toContain(
    'user shop (environment variable TIDB_USER), password (environment variable TIDB_PASSWORD)',
  )
  expect(refused.output).not.toContain(wrong)
  expect(refused.exitCode).toBe(1)
  const failed = await project.vitest(['run'], { ...noTidb, ...server.env, TIDB_KEEP_DATABASE: 'on-failure' })
  expect(failed.output).toMatch(/The database is kept: mysql:\/\/shop@127\.0\.0\.1:\d+\/\w+/)
  expect(failed.output).not.toContain(server.password)
  expect(failed.exitCode).toBe(1)
  const files = { json: 'run.json', junit: 'run.xml', blob: 'run.blob' }
  const reporters = Object.entries(files).flatMap(([name, file]) => [
    `--reporter=${name}`,
    `--outputFile.${name}=reports/${file}`,
  ])
  const log = { TIDB_LOG_LEVEL: 'debug', TIDB_LOG_FILE: 'reports/run.log', TIDB_LOG_FORMAT: 'json' }
  const reported = await project.vitest(['run', '--reporter=tap', ...reporters], { ...noTidb, ...server.env, ...log })
  const written = await project.filesIn('reports')
  expect([...written.keys()].toSorted()).toEqual([...Object.values(files), 'run.log'].toSorted())
  for (const text of [reported.output, ...written.values()]) expect(text).not.toContain(server.password)
})

async function ask({ port, password }: ExternalServer, statement: string): Promise<unknown[]> {
  const endpoint = { host: '127.0.0.1', port, user: 'shop', password: new Secret(password) }
  const session = await openSession({ name: 'observer', endpoint })
  try {
    return await session.query`${sql.raw(statement)}`
  } finally {
    await session.close()
  }
}
