import { expect, test } from 'vitest'
import { Plan } from './plan.ts'

/** Rows as TiDB 8.5 gave them. */
const rowsOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [id, estRows, task, access, info] = line.split(' ~ ')
      return { id: id?.replace(/^ {4}/, ''), estRows, task, 'access object': access, 'operator info': info }
    })

const commonTable = new Plan(
  rowsOf(`
    HashJoin_16 ~ 9990.00 ~ root ~  ~ inner join, equal:[eq(shop.t.a, shop.t.a)]
    ├─Selection_20(Build) ~ 7992.00 ~ root ~  ~ not(isnull(shop.t.a))
    │ └─CTEFullScan_21 ~ 9990.00 ~ root ~ CTE:c AS c2 ~ data:CTE_0
    └─Selection_18(Probe) ~ 7992.00 ~ root ~  ~ not(isnull(workshop.t.a))
      └─CTEFullScan_19 ~ 9990.00 ~ root ~ CTE:c AS c1 ~ data:CTE_0
    CTE_0 ~ 9990.00 ~ root ~  ~ Non-Recursive CTE
    └─IndexReader_13(Seed Part) ~ 9990.00 ~ root ~  ~ index:IndexFullScan_12
      └─IndexFullScan_12 ~ 9990.00 ~ cop[tikv] ~ table:t, index:ab(a, b) ~ keep order:false, stats:pseudo`),
  'shop',
)

test('the lines of the tree give parents and children', () => {
  expect(commonTable.roots.map((root) => root.id)).toEqual(['HashJoin_16', 'CTE_0'])
  const [join] = commonTable.roots
  expect(join?.children.map(({ operator, role, depth }) => [operator, role, depth])).toEqual([
    ['Selection', 'Build', 1],
    ['Selection', 'Probe', 1],
  ])
  expect(join?.children[1]?.children[0]).toMatchObject({
    id: 'CTEFullScan_19',
    estRows: 9990,
    accessObject: 'CTE:c AS c1',
  })
  expect(commonTable.operators).toEqual([
    'HashJoin',
    'Selection',
    'CTEFullScan',
    'Selection',
    'CTEFullScan',
    'CTE',
    'IndexReader',
    'IndexFullScan',
  ])
})

test('an index is found by its name, in upper or lower case', () => {
  expect(commonTable.indexes).toEqual(['ab'])
  expect(commonTable.usesIndex('AB')).toBe(true)
  expect(commonTable.usesIndex('a')).toBe(false)
})

test.for([
  ['Point_Get_5 ~ 1.00 ~ root ~ table:t ~ handle:1', ['PRIMARY']],
  ['Batch_Point_Get_5 ~ 2.00 ~ root ~ table:t ~ handle:[1 2], keep order:false, desc:false', ['PRIMARY']],
  ['Point_Get_6 ~ 1.00 ~ root ~ table:t, clustered index:PRIMARY(id) ~ ', ['PRIMARY']],
  ['TableRangeScan_5 ~ 3333.33 ~ cop[tikv] ~ table:t ~ range:(3,+inf], keep order:false', ['PRIMARY']],
  ['TableFullScan_5 ~ 10000.00 ~ cop[tikv] ~ table:t ~ keep order:false', []],
  ['IndexRangeScan_6 ~ 10.00 ~ cop[tikv] ~ table:t, partition:p0, index:ex(lower(`b`)) ~ range:["x","x"]', ['ex']],
] as const)('%s reads %j', ([line, indexes]) => {
  expect(new Plan(rowsOf(line)).indexes).toEqual(indexes)
})

test('a plan without an estimate has NaN for it', () => {
  expect(new Plan(rowsOf('Update_4 ~ N/A ~ root ~  ~ N/A')).roots[0]?.estRows).toBeNaN()
})

test('it prints as the mysql client shows it, without the name of its own database', () => {
  const lines = commonTable.toString().split('\n')
  expect(lines[1]).toMatch(/^\| id +\| estRows \| task +\| access object +\| operator info +\|$/)
  expect(lines[3]).toContain('| inner join, equal:[eq(t.a, t.a)] ')
  expect(lines[6]).toContain('| not(isnull(workshop.t.a)) ')
  expect(commonTable.rows[0]?.['operator info']).toContain('shop.t.a')
})
