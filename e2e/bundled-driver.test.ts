import { expect, test } from 'vitest'
import { UserProject } from './support/user-project.ts'

test('the bundled driver has what it reads only when it is needed', async () => {
  const project = await UserProject.create({
    'driver.test.ts': `
import { test, expect } from 'vitest-tidb'
test('the name of an error', async ({ db }) => {
  await expect(db.query\`SELECT nothing\`).rejects.toMatchObject({ symbol: 'ER_BAD_FIELD_ERROR' })
  await expect(db.query\`SELECT nothing\`).toFailWith('ER_BAD_FIELD_ERROR')
})
test('integers beyond 2^53', async ({ db }) => {
  await db.run\`CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT)\`
  const { insertId } = await db.run\`INSERT INTO t VALUES (18446744073709551000)\`
  await expect(db.query\`SELECT id, -9223372036854775807 AS least FROM t\`).toReturnRows([
    { id: 18446744073709551000n, least: -9223372036854775807n },
  ])
})
test('another character set than UTF-8', async ({ db }) => {
  await db.run\`SET character_set_results = gbk\`
  await expect(db.query\`SELECT '\u6c49\u5b57' AS text\`).toReturnRows([{ text: '\u6c49\u5b57' }])
})
`,
  })
  const { output, exitCode } = await project.vitest()
  expect(output).toContain('3 passed')
  expect(exitCode).toBe(0)
})
