import { execFile } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { UserProject } from './support/user-project.ts'

const TYPESCRIPT = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))

/** Options that a user would have, the library's own types checked too. */
const TSCONFIG = JSON.stringify({
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    types: [],
  },
  include: ['*.ts'],
})

const EXAMPLES = `
import { test as base } from 'vitest'
import { expect, test, withTidb, type Session } from 'vitest-tidb'
import { openSession, type Endpoint } from 'vitest-tidb/engine'
import { defineConfigExtension } from 'vitest-tidb/plugin'
import { z } from 'zod'

interface Account { id: number; email: string }

test('rows are typed', async ({ db, sessions, statements, tidb }) => {
  await db.run\`INSERT INTO account VALUES (1, \${'a@b.c'})\`
  const rows: Account[] = await db.query<Account>\`SELECT * FROM account\`
  const { alice, bob } = await sessions('alice', 'bob')
  const named: Session[] = [alice, bob]
  const port: number = tidb.endpoint.port
  await expect(db.run\`INSERT INTO account VALUES (1, 'x')\`).toFailWith('ER_DUP_ENTRY')
  await expect(db.query\`SELECT id FROM account\`).toReturnRows([{ id: 1 }])
  return void [rows, named, port, statements]
})

const mine = withTidb(base.extend('shop', { name: 'north' }))
mine('a test of my own has my fixtures and those of TiDB', async ({ db, shop }) => {
  const name: string = shop.name
  await db.run\`INSERT INTO shop VALUES (\${name})\`
})

const shop = defineConfigExtension({
  name: 'shop',
  schema: z.object({ carts: z.number().default(3), currency: z.enum(['EUR', 'USD']).optional() }),
  options: { carts: 'carts <n>' },
})
test('a section of the configuration is typed', ({ settings }) => {
  const { carts, currency }: { carts: number; currency?: 'EUR' | 'USD' | undefined } = settings.of(shop)
  void [carts, currency]
})

export async function connect(endpoint: Endpoint): Promise<number> {
  const session = await openSession({ name: 'app', endpoint })
  return session.connectionId
}
`

const WRONG = `
import { expect, test } from 'vitest-tidb'
import { defineConfigExtension, tidb } from 'vitest-tidb/plugin'
import { z } from 'zod'
tidb({ databaseMode: 'databse' })
test('wrong', async ({ db, dbb }) => {
  await expect(db.query\`SELECT 1\`).toReturnRow([{ id: 1 }])
  await expect(db.run\`INSERT INTO t VALUES (1)\`).toFailWith(true)
})
defineConfigExtension({ name: 'shop', schema: z.object({ carts: z.number() }), options: { cart: 'carts <n>' } })
`

test("in a user's own TypeScript project what is right type-checks, and what is wrong does not", async () => {
  const project = await UserProject.create({
    'tsconfig.json': TSCONFIG,
    'examples.test.ts': EXAMPLES,
    'wrong.test.ts': WRONG,
  })
  const errors = await typeCheck(project)
  expect(errors.match(/^\S.*?\(\d+/gm)).toEqual([5, 6, 7, 8, 10].map((line) => `wrong.test.ts(${line}`))
})

/** Standard output of tsc: empty when all is well. */
async function typeCheck(project: UserProject): Promise<string> {
  await symlink(TYPESCRIPT, join(project.folder, 'typescript'))
  const tsc = join(project.folder, 'typescript/bin/tsc')
  const failed = (error: { stdout: string }): { stdout: string } => error
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', '.'], { cwd: project.folder }).catch(
    failed,
  )
  return stdout
}
