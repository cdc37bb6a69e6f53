import { TidbTestError } from '../../errors/tidb-test-error.ts'
import { between, type Random } from '../random/random.ts'
import type { LoadCell } from '../wire/decode-rows.ts'
import type { LoadConnection } from '../wire/load-connection.ts'
import type { LoadValue } from '../wire/execute-packet.ts'
import type { LoadProgram } from '../program.ts'
import { lastName, nonUniform } from './tpcc-random.ts'
import { DISTRICTS, tpccScale, type TpccOptions } from './tpcc-tables.ts'

export interface TpccProgramOptions extends TpccOptions {
  /** Share of Payment among the transactions; the standard has nearly as many of these as of New-Order. */
  readonly payments?: number
}

/** The two transactions of TPC-C that write most. Source: TPC-C 5.11, clauses 2.4 and 2.5. */
export function tpcc({ payments = 0.49, ...options }: TpccProgramOptions): LoadProgram {
  const scale = tpccScale(options)
  return {
    step: (connection, random) =>
      random() < payments ? payment(connection, random, scale) : newOrder(connection, random, scale),
  }
}

async function newOrder(connection: LoadConnection, random: Random, scale: Required<TpccOptions>): Promise<void> {
  const { warehouses, customers, items } = scale
  const warehouse = between(random, 1, warehouses)
  const district = between(random, 1, DISTRICTS)
  const customer = nonUniform(random, 1023, 1, customers)
  const lines = Array.from({ length: between(random, 5, 15) }, () => ({
    item: nonUniform(random, 8191, 1, items),
    supplier: warehouses > 1 && random() < 0.01 ? between(random, 1, warehouses) : warehouse,
    quantity: between(random, 1, 10),
  })).toSorted((one, other) => one.supplier - other.supplier || one.item - other.item)
  // One in a hundred orders an item that does not exist, and is rolled back.
  const unknown = random() < 0.01
  await connection.execute('BEGIN')
  await one(connection, 'SELECT w_tax FROM warehouse WHERE w_id = ?', [warehouse])
  const [order] = await one(
    connection,
    'SELECT d_next_o_id, d_tax FROM district WHERE d_w_id = ? AND d_id = ? FOR UPDATE',
    [warehouse, district],
  )
  const id = Number(order)
  await connection.execute('UPDATE district SET d_next_o_id = ? WHERE d_w_id = ? AND d_id = ?', [
    id + 1,
    warehouse,
    district,
  ])
  await one(
    connection,
    'SELECT c_discount, c_last, c_credit FROM customer WHERE c_w_id = ? AND c_d_id = ? AND c_id = ?',
    [warehouse, district, customer],
  )
  const local = lines.every(({ supplier }) => supplier === warehouse) ? 1 : 0
  await connection.execute('INSERT INTO orders VALUES (?, ?, ?, ?, NOW(), ?, ?)', [
    warehouse,
    district,
    id,
    customer,
    lines.length,
    local,
  ])
  await connection.execute('INSERT INTO new_order VALUES (?, ?, ?)', [warehouse, district, id])
  for (const [index, { item, supplier, quantity }] of lines.entries()) {
    const wanted = unknown && index === lines.length - 1 ? items + 1 : item
    const [found] = await connection.rows('SELECT i_price, i_name, i_data FROM item WHERE i_id = ?', [wanted])
    if (found === undefined) {
      await connection.execute('ROLLBACK')
      return
    }
    const [stock] = await one(
      connection,
      'SELECT s_quantity, s_dist FROM stock WHERE s_w_id = ? AND s_i_id = ? FOR UPDATE',
      [supplier, item],
    )
    const left = Number(stock) - quantity
    await connection.execute(
      'UPDATE stock SET s_quantity = ?, s_ytd = s_ytd + ?, s_order_cnt = s_order_cnt + 1, s_remote_cnt = s_remote_cnt + ? WHERE s_w_id = ? AND s_i_id = ?',
      [left >= 10 ? left : left + 91, quantity, supplier === warehouse ? 0 : 1, supplier, item],
    )
    const amount = (Number(found[0]) * quantity).toFixed(2)
    await connection.execute('INSERT INTO order_line VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
      warehouse,
      district,
      id,
      index + 1,
      item,
      supplier,
      quantity,
      amount,
    ])
  }
  await connection.execute('COMMIT')
}

async function payment(connection: LoadConnection, random: Random, scale: Required<TpccOptions>): Promise<void> {
  const { warehouses, customers } = scale
  const warehouse = between(random, 1, warehouses)
  const district = between(random, 1, DISTRICTS)
  const amount = (between(random, 100, 500_000) / 100).toFixed(2)
  await connection.execute('BEGIN')
  await connection.execute('UPDATE warehouse SET w_ytd = w_ytd + ? WHERE w_id = ?', [amount, warehouse])
  await connection.execute('UPDATE district SET d_ytd = d_ytd + ? WHERE d_w_id = ? AND d_id = ?', [
    amount,
    warehouse,
    district,
  ])
  const customer = await payer(connection, random, [warehouse, district], customers)
  await connection.execute(
    'UPDATE customer SET c_balance = c_balance - ?, c_ytd_payment = c_ytd_payment + ?, c_payment_cnt = c_payment_cnt + 1 WHERE c_w_id = ? AND c_d_id = ? AND c_id = ?',
    [amount, amount, warehouse, district, customer],
  )
  await connection.execute(
    'INSERT INTO history (h_c_w_id, h_c_d_id, h_c_id, h_w_id, h_d_id, h_date, h_amount, h_data) VALUES (?, ?, ?, ?, ?, NOW(), ?, ?)',
    [warehouse, district, customer, warehouse, district, amount, `w${warehouse} d${district}`],
  )
  await connection.execute('COMMIT')
}

/** Sixty in a hundred are known by their last name: the middle one of those who have it. */
async function payer(
  connection: LoadConnection,
  random: Random,
  place: readonly [number, number],
  customers: number,
): Promise<number> {
  if (random() < 0.6) {
    const name = lastName(nonUniform(random, 255, 0, Math.min(999, customers - 1)))
    const named = await connection.rows(
      'SELECT c_id FROM customer WHERE c_w_id = ? AND c_d_id = ? AND c_last = ? ORDER BY c_first',
      [...place, name],
    )
    const middle = named[Math.floor(named.length / 2)]
    if (middle !== undefined) return Number(middle[0])
  }
  return nonUniform(random, 1023, 1, customers)
}

async function one(connection: LoadConnection, sql: string, values: readonly LoadValue[]): Promise<LoadCell[]> {
  const [row] = await connection.rows(sql, values)
  if (row === undefined) {
    throw new TidbTestError(
      'LOAD_ROW_MISSING',
      `a row that TPC-C needs is not there: ${sql} with ${values.join(', ')}`,
      {
        remedy: 'Prepare the tables with the same options as the load has.',
      },
    )
  }
  return row
}
