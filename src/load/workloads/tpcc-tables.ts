import type { Session } from '../../connections/session.ts'
import { loadTable } from '../loader/load-table.ts'
import { between, type Random } from '../random/random.ts'
import type { PrepareOptions } from '../workload.ts'
import { lastName } from './tpcc-random.ts'

export interface TpccOptions {
  /** 1 when not given. */
  readonly warehouses?: number
  /** Of each district; 3,000 in the standard, 300 when not given. */
  readonly customers?: number
  /** 100,000 in the standard, 10,000 when not given. */
  readonly items?: number
}

export const DISTRICTS = 10

export function tpccScale({ warehouses = 1, customers = 300, items = 10_000 }: TpccOptions): Required<TpccOptions> {
  return { warehouses, customers, items }
}

/** Source: TPC-C 5.11, clause 1.3, without what New-Order and Payment have no use for. */
const TABLES = `
  CREATE TABLE warehouse (w_id INT PRIMARY KEY, w_name VARCHAR(10), w_tax DECIMAL(4,4), w_ytd DECIMAL(12,2));
  CREATE TABLE district (d_w_id INT, d_id INT, d_name VARCHAR(10), d_tax DECIMAL(4,4), d_ytd DECIMAL(12,2),
    d_next_o_id INT, PRIMARY KEY (d_w_id, d_id));
  CREATE TABLE customer (c_w_id INT, c_d_id INT, c_id INT, c_first VARCHAR(16), c_last VARCHAR(16), c_credit CHAR(2),
    c_discount DECIMAL(4,4), c_balance DECIMAL(12,2), c_ytd_payment DECIMAL(12,2), c_payment_cnt INT, c_data VARCHAR(500),
    PRIMARY KEY (c_w_id, c_d_id, c_id), KEY by_last (c_w_id, c_d_id, c_last, c_first));
  CREATE TABLE history (h_c_id INT, h_c_d_id INT, h_c_w_id INT, h_d_id INT, h_w_id INT, h_date DATETIME,
    h_amount DECIMAL(6,2), h_data VARCHAR(24), KEY by_district (h_w_id, h_d_id));
  CREATE TABLE orders (o_w_id INT, o_d_id INT, o_id INT, o_c_id INT, o_entry_d DATETIME, o_ol_cnt INT, o_all_local INT,
    PRIMARY KEY (o_w_id, o_d_id, o_id));
  CREATE TABLE new_order (no_w_id INT, no_d_id INT, no_o_id INT, PRIMARY KEY (no_w_id, no_d_id, no_o_id));
  CREATE TABLE order_line (ol_w_id INT, ol_d_id INT, ol_o_id INT, ol_number INT, ol_i_id INT, ol_supply_w_id INT,
    ol_quantity INT, ol_amount DECIMAL(6,2), PRIMARY KEY (ol_w_id, ol_d_id, ol_o_id, ol_number));
  CREATE TABLE item (i_id INT PRIMARY KEY, i_name VARCHAR(24), i_price DECIMAL(5,2), i_data VARCHAR(50));
  CREATE TABLE stock (s_w_id INT, s_i_id INT, s_quantity INT, s_dist VARCHAR(24), s_ytd INT, s_order_cnt INT,
    s_remote_cnt INT, PRIMARY KEY (s_w_id, s_i_id))`

/** Warehouses without orders: the first of each district has number 1. */
export async function prepareTpcc(session: Session, given: TpccOptions, options: PrepareOptions = {}): Promise<void> {
  const { warehouses, customers, items } = tpccScale(given)
  await session.script(TABLES)
  const ofWarehouse = (n: number, each: number): [warehouse: number, rest: number] => [
    1 + Math.floor(n / each),
    n % each,
  ]
  const district = (n: number): [number, number] => {
    const [warehouse, rest] = ofWarehouse(n, DISTRICTS)
    return [warehouse, rest + 1]
  }
  const fill = async (
    table: string,
    columns: string,
    rows: number,
    values: (n: number, random: Random) => readonly (string | number)[],
  ): Promise<void> => {
    const load = { table, columns: columns.split(' '), rows }
    await loadTable(session, {
      ...options,
      ...load,
      row: (writer, n, random) => {
        for (const value of values(n, random)) writer.value(value)
      },
    })
  }
  // Each customer has paid 10 once: so the sums of clause 3.3.2 hold from the beginning.
  await fill('warehouse', 'w_id w_name w_tax w_ytd', warehouses, (n, random) => [
    n + 1,
    `w${n + 1}`,
    tax(random),
    DISTRICTS * customers * 10,
  ])
  await fill('district', 'd_w_id d_id d_name d_tax d_ytd d_next_o_id', warehouses * DISTRICTS, (n, random) => [
    ...district(n),
    `d${n}`,
    tax(random),
    customers * 10,
    1,
  ])
  await fill(
    'customer',
    'c_w_id c_d_id c_id c_first c_last c_credit c_discount c_balance c_ytd_payment c_payment_cnt c_data',
    warehouses * DISTRICTS * customers,
    (n, random) => {
      const id = (n % customers) + 1
      const credit = random() < 0.1 ? 'BC' : 'GC'
      const name = lastName(id <= 1_000 ? id - 1 : between(random, 0, 999))
      const discount = (random() / 2).toFixed(4)
      return [...district(Math.floor(n / customers)), id, `first${id}`, name, credit, discount, -10, 10, 1, 'data']
    },
  )
  await fill(
    'history',
    'h_c_w_id h_c_d_id h_c_id h_w_id h_d_id h_date h_amount h_data',
    warehouses * DISTRICTS * customers,
    (n) => {
      const of = district(Math.floor(n / customers))
      return [...of, (n % customers) + 1, ...of, '2026-01-01 00:00:00', 10, 'loaded']
    },
  )
  await fill('item', 'i_id i_name i_price i_data', items, (n, random) => [
    n + 1,
    `item ${n + 1}`,
    (between(random, 100, 10_000) / 100).toFixed(2),
    'data',
  ])
  await fill(
    'stock',
    's_w_id s_i_id s_quantity s_dist s_ytd s_order_cnt s_remote_cnt',
    warehouses * items,
    (n, random) => {
      const [warehouse, rest] = ofWarehouse(n, items)
      return [warehouse, rest + 1, between(random, 10, 100), 'dist', 0, 0, 0]
    },
  )
}

function tax(random: Random): string {
  return (random() * 0.2).toFixed(4)
}
