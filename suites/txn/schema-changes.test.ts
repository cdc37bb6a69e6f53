import { expect, test } from 'vitest-tidb'

test('DDL waits for a transaction that has read the table, and ends after it', async ({ db, sessions, tidb, skip }) => {
  skip(!tidb.features.metadataLock, 'the metadata lock is off on this TiDB')
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (1, 1)`
  const { reader, changer } = await sessions('reader', 'changer')
  await reader.run`BEGIN`
  await expect(reader.query`SELECT * FROM t`).toReturnRows([{ id: 1, v: 1 }])
  const change = changer.start`ALTER TABLE t ADD COLUMN w INT NOT NULL DEFAULT 7`
  await expect(change).toBeBlockedBy(reader)
  await expect(change).toBeBlockedOn('metadata of t')
  await expect(reader.query`SELECT * FROM t`).toReturnRows([{ id: 1, v: 1 }])
  await expect(reader.run`UPDATE t SET v = 2 WHERE id = 1`).toAffectRows(1)
  await expect(change).toStayBlocked({ for: 50 })
  await reader.run`COMMIT`
  await change.result()
  await expect(db.query`SELECT * FROM t`).toReturnRows([{ id: 1, v: 2, w: 7 }])
})

test('an open transaction that has not touched a table meets its new column, and its rows as of BEGIN', async ({
  db,
  sessions,
  tidb,
  skip,
}) => {
  skip(!tidb.features.metadataLock, 'the metadata lock is off on this TiDB')
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  await db.run`INSERT INTO t VALUES (1)`
  const { reader } = await sessions('reader')
  await reader.run`BEGIN`
  await db.run`ALTER TABLE t ADD COLUMN v INT NOT NULL DEFAULT 7`
  await db.run`UPDATE t SET v = 8`
  await expect(reader.query`SELECT * FROM t`).toReturnRows([{ id: 1, v: 7 }])
  await reader.run`COMMIT`
  await expect(reader.query`SELECT * FROM t`).toReturnRows([{ id: 1, v: 8 }])
})
