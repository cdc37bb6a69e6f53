import type { Session } from '../../connections/session.ts'

interface Condition {
  readonly clause: string
  readonly says: string
  /** Finds what breaks it; the columns are shown. */
  readonly broken: string
}

/** Source: TPC-C 5.11, clauses 3.3.2.1 to 3.3.2.9, as far as they speak of New-Order and Payment. */
const CONDITIONS: readonly Condition[] = [
  {
    clause: '3.3.2.1',
    says: 'W_YTD is the sum of D_YTD',
    broken: `SELECT w_id AS warehouse, w_ytd AS is_now, SUM(d_ytd) AS must_be FROM warehouse JOIN district ON d_w_id = w_id
      GROUP BY w_id, w_ytd HAVING w_ytd <> SUM(d_ytd)`,
  },
  {
    clause: '3.3.2.2',
    says: 'D_NEXT_O_ID - 1 is the largest O_ID, and the largest NO_O_ID',
    broken: `SELECT d_w_id AS warehouse, d_id AS district, d_next_o_id - 1 AS is_now, o.latest AS of_orders, n.latest AS of_new
      FROM district
      LEFT JOIN (SELECT o_w_id, o_d_id, MAX(o_id) AS latest FROM orders GROUP BY o_w_id, o_d_id) AS o
        ON o_w_id = d_w_id AND o_d_id = d_id
      LEFT JOIN (SELECT no_w_id, no_d_id, MAX(no_o_id) AS latest FROM new_order GROUP BY no_w_id, no_d_id) AS n
        ON no_w_id = d_w_id AND no_d_id = d_id
      WHERE d_next_o_id - 1 <> COALESCE(o.latest, 0) OR d_next_o_id - 1 <> COALESCE(n.latest, 0)`,
  },
  {
    clause: '3.3.2.3',
    says: 'the numbers of new orders of a district have no gap',
    broken: `SELECT no_w_id AS warehouse, no_d_id AS district, MAX(no_o_id) - MIN(no_o_id) + 1 AS is_now, COUNT(*) AS must_be
      FROM new_order GROUP BY no_w_id, no_d_id HAVING MAX(no_o_id) - MIN(no_o_id) + 1 <> COUNT(*)`,
  },
  {
    clause: '3.3.2.4',
    says: 'the sum of O_OL_CNT is the number of order lines of a district',
    broken: `SELECT o_w_id AS warehouse, o_d_id AS district, SUM(o_ol_cnt) AS is_now, MAX(l.n) AS must_be FROM orders
      LEFT JOIN (SELECT ol_w_id, ol_d_id, COUNT(*) AS n FROM order_line GROUP BY ol_w_id, ol_d_id) AS l
        ON ol_w_id = o_w_id AND ol_d_id = o_d_id
      GROUP BY o_w_id, o_d_id HAVING SUM(o_ol_cnt) <> COALESCE(MAX(l.n), 0)`,
  },
  {
    clause: '3.3.2.6',
    says: 'O_OL_CNT is the number of lines of its order',
    broken: `SELECT o_w_id AS warehouse, o_d_id AS district, o_id AS order_id, o_ol_cnt AS is_now, COUNT(ol_number) AS must_be
      FROM orders LEFT JOIN order_line ON ol_w_id = o_w_id AND ol_d_id = o_d_id AND ol_o_id = o_id
      GROUP BY o_w_id, o_d_id, o_id, o_ol_cnt HAVING o_ol_cnt <> COUNT(ol_number) LIMIT 5`,
  },
  {
    clause: '3.3.2.8',
    says: 'W_YTD is the sum of H_AMOUNT',
    broken: `SELECT w_id AS warehouse, w_ytd AS is_now, SUM(h_amount) AS must_be FROM warehouse LEFT JOIN history ON h_w_id = w_id
      GROUP BY w_id, w_ytd HAVING w_ytd <> COALESCE(SUM(h_amount), 0)`,
  },
  {
    clause: '3.3.2.9',
    says: 'D_YTD is the sum of H_AMOUNT',
    broken: `SELECT d_w_id AS warehouse, d_id AS district, d_ytd AS is_now, SUM(h_amount) AS must_be
      FROM district LEFT JOIN history ON h_w_id = d_w_id AND h_d_id = d_id
      GROUP BY d_w_id, d_id, d_ytd HAVING d_ytd <> COALESCE(SUM(h_amount), 0)`,
  },
]

/** A line for each place where a consistency condition does not hold. */
export async function checkTpcc(session: Session): Promise<string[]> {
  const violations: string[] = []
  for (const { clause, says, broken } of CONDITIONS) {
    const [rows] = await session.script(broken)
    for (const row of Array.isArray(rows) ? rows : []) {
      const found = Object.entries(row).map(([name, value]) => `${name} ${String(value)}`)
      violations.push(`TPC-C ${clause}, ${says}: ${found.join(', ')}`)
    }
  }
  return violations
}
