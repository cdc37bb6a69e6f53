import { expect, test } from 'vitest-tidb'

const onCall = {
  setup: [
    'CREATE TABLE doctor (name CHAR(5) PRIMARY KEY, on_call INT)',
    "INSERT INTO doctor VALUES ('alice', 1), ('bob', 1)",
  ],
  afterwards: { left: 'SELECT COUNT(*) AS n FROM doctor WHERE on_call = 1' },
}

test('two doctors who look before they leave can both be gone', async ({ isolation }) => {
  const read = 'SELECT COUNT(*) AS n FROM doctor WHERE on_call = 1'
  const ward = isolation({
    ...onCall,
    sessions: {
      alice: {
        begin: 'BEGIN',
        count: read,
        leave: "UPDATE doctor SET on_call = 0 WHERE name = 'alice'",
        commit: 'COMMIT',
      },
      bob: { begin: 'BEGIN', count: read, leave: "UPDATE doctor SET on_call = 0 WHERE name = 'bob'", commit: 'COMMIT' },
    },
  })
  expect(
    await ward.permutation(
      'alice.begin',
      'bob.begin',
      'alice.count',
      'bob.count',
      'alice.leave',
      'bob.leave',
      'alice.commit',
      'bob.commit',
    ),
  ).toMatchInlineSnapshot(`
    alice.begin
    bob.begin
    alice.count      n
                     2
    bob.count        n
                     2
    alice.leave      1 row
    bob.leave        1 row
    alice.commit
    bob.commit
    afterwards.left  n
                     0
  `)
})

test('locking what one has looked at keeps a doctor on call, if the count is not that of the snapshot', async ({
  isolation,
}) => {
  const leave = (name: string) => ({
    begin: 'BEGIN',
    lock: 'SELECT name FROM doctor WHERE on_call = 1 FOR UPDATE',
    leave: `UPDATE doctor SET on_call = 0 WHERE name = '${name}' AND (SELECT c FROM (SELECT COUNT(*) AS c FROM doctor WHERE on_call = 1) AS d) >= 2`,
    commit: 'COMMIT',
  })
  const ward = isolation({ ...onCall, sessions: { alice: leave('alice'), bob: leave('bob') } })
  await ward.matrix({ level: ['REPEATABLE READ', 'READ COMMITTED'] }, async (inLevel, { level }) => {
    const all = await inLevel.everyInterleaving({ preemptions: 2 })
    const left = new Set(all.map((report) => report.rows('afterwards.left')[0]?.['n']))
    // With REPEATABLE READ the subquery of an UPDATE counts in the snapshot that BEGIN took.
    expect(left).toEqual(new Set(level === 'REPEATABLE READ' ? [1, 0] : [1]))
    expect(all.counts.beyondPreemptions).toBeGreaterThan(0n)
  })
})
