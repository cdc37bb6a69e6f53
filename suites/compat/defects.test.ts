import { readFileSync } from 'node:fs'
import { expect } from 'vitest-tidb'
import { test } from './compared.ts'

const scriptOf = (name: string): string => readFileSync(new URL(`./defects/${name}.sql`, import.meta.url), 'utf8')

test.describe('known defects of TiDB', () => {
  test('a null-aware anti join returns a row twice', async () => {
    await expect(scriptOf('null-aware-anti-join')).toMatchReference({
      differsIn: {
        rows: { because: 'a condition on the outer row, which is not true, doubles the row', statement: 3 },
      },
    })
  })

  test('integers are rounded half to even', async () => {
    await expect(scriptOf('round-to-tens')).toMatchReference({
      differsIn: { rows: 'ROUND of an integer to tens takes the even neighbour' },
    })
  })
})
