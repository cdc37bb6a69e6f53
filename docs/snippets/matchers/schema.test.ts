import { expect, test } from 'vitest-tidb'
import { failureOf } from '../failure-of.ts'

const made = test.extend('made', { auto: true }, async ({ db }) => {
  await db.run`CREATE TABLE account (id BIGINT PRIMARY KEY, email VARCHAR(64) NOT NULL, UNIQUE KEY by_email (email))`
})

made('toHaveTable', async ({ db }) => {
  // #region toHaveTable-passes
  await expect(db).toHaveTable('account')
  // #endregion toHaveTable-passes
  const failure = await failureOf(async () => {
    // #region toHaveTable-fails
    await expect(db).toHaveTable('accounts')
    // #endregion toHaveTable-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toHaveTable.txt')
})

made('toHaveColumn', async ({ db }) => {
  // #region toHaveColumn-passes
  await expect(db).toHaveColumn('account', 'email')
  await expect(db).toHaveColumn('account', {
    name: 'email',
    type: 'varchar(64)',
    nullable: false,
  })
  // #endregion toHaveColumn-passes
  const failure = await failureOf(async () => {
    // #region toHaveColumn-fails
    await expect(db).toHaveColumn('account', {
      name: 'email',
      type: 'varchar(255)',
      nullable: true,
    })
    // #endregion toHaveColumn-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toHaveColumn.txt')
})

made('toHaveIndex', async ({ db }) => {
  // #region toHaveIndex-passes
  await expect(db).toHaveIndex('account', 'by_email')
  await expect(db).toHaveIndex('account', { columns: ['email'], unique: true })
  // #endregion toHaveIndex-passes
  const failure = await failureOf(async () => {
    // #region toHaveIndex-fails
    await expect(db).toHaveIndex('account', { columns: ['email', 'id'] })
    // #endregion toHaveIndex-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toHaveIndex.txt')
})

made('toPassAdminCheck', async ({ db }) => {
  // #region toPassAdminCheck-passes
  await db.run`INSERT INTO account VALUES (1, 'a@b.c')`
  await expect(db).toPassAdminCheck('account')
  // #endregion toPassAdminCheck-passes
  const failure = await failureOf(async () => {
    // #region toPassAdminCheck-fails
    await expect(db).toPassAdminCheck('accounts')
    // #endregion toPassAdminCheck-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toPassAdminCheck.txt')
})

made('toUseIndex', async ({ db }) => {
  // #region toUseIndex-passes
  await expect(db.query`SELECT id FROM account WHERE email = 'a@b.c'`).toUseIndex(
    'by_email',
  )
  // #endregion toUseIndex-passes
  const failure = await failureOf(async () => {
    // #region toUseIndex-fails
    await expect(db.query`SELECT id FROM account WHERE id > 5`).toUseIndex(
      'by_email',
    )
    // #endregion toUseIndex-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toUseIndex.txt')
})

made('toMatchPlanSnapshot', async ({ db }) => {
  // #region toMatchPlanSnapshot-passes
  expect(
    await db.explain`SELECT id FROM account WHERE email = 'a@b.c'`,
  ).toMatchPlanSnapshot()
  // #endregion toMatchPlanSnapshot-passes
})

made('toMatchPlanInlineSnapshot', async ({ db }) => {
  // #region toMatchPlanInlineSnapshot-passes
  expect(await db.explain`SELECT id FROM account WHERE email = 'a@b.c'`)
    .toMatchPlanInlineSnapshot(`
    | id            | estRows | task | access object                        |
    | Point_Get_*   | *       | root | table:account, index:by_email(email) |
  `)
  // #endregion toMatchPlanInlineSnapshot-passes
})
