import { expect, test, workloads, type Fault } from 'vitest-tidb'
import { loseReply } from 'vitest-tidb/engine'

/** Does nothing but count the statements that pass. */
function passing(): Fault & { readonly statements: number } {
  let statements = 0
  return {
    name: 'passing()',
    ofStatements: true,
    happened: 0,
    get statements() {
      return statements
    },
    request: () => ++statements > 0,
  }
}

test(
  'a load counts lost replies of COMMIT as unknown, survives broken connections, and loses no money',
  { timeout: 120_000 },
  async ({ db, faults, load }) => {
    const bank = workloads.bankTransfer({ accounts: 200 })
    await bank.prepare(db)
    const patient = { timeout: 30_000 }
    let lost = 0
    const during = await load.during(
      bank,
      { sessions: 4, rate: 100, endpoint: faults.endpoint, warmup: 0 },
      async () => {
        for (let round = 0; round < 3; round++) {
          const lose = loseReply({ of: 'COMMIT' })
          await faults.during(lose, () => expect.poll(() => lose.happened, patient).toBeGreaterThan(0))
          lost += lose.happened
        }
        await faults.reset({}, () => Promise.resolve())
        const after = passing()
        await faults.during(after, () => expect.poll(() => after.statements, patient).toBeGreaterThan(50))
      },
    )
    const counted = (of: string): number =>
      during.errors.filter((error) => error.class === of).reduce((sum, { count }) => sum + count, 0)
    expect(counted('unknown')).toBeGreaterThanOrEqual(lost)
    expect(counted('permanent')).toBe(0)
    expect(during.transactions).toBeGreaterThan(0)
    expect(during).toHaveNoErrors({ except: ['transient', 'unknown'] })
    expect(() => expect(during).toHaveNoErrors({ except: ['transient'] })).toThrow(/unknown/)
    expect(during).toKeepInvariant()
  },
)
