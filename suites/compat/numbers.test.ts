import { expect } from 'vitest-tidb'
import { test } from './compared.ts'

test.describe('numbers', () => {
  test('integers keep their type and range', async () => {
    await expect(`
      CREATE TABLE n (t TINYINT, s SMALLINT, m MEDIUMINT, i INT, b BIGINT, u BIGINT UNSIGNED, y YEAR, f FLOAT, d DOUBLE);
      INSERT INTO n VALUES (127, 32767, 8388607, 2147483647, 9223372036854775807, 18446744073709551615, 2024, 1.5, 1e300);
      SELECT * FROM n;
      INSERT INTO n (t) VALUES (128);
      INSERT INTO n (u) VALUES (-1);
      INSERT INTO n (b) VALUES (9223372036854775808)`).toMatchReference({
      differsIn: { warnings: { because: 'TiDB takes YEAR for a number with ZEROFILL', statement: 1 } },
    })
  })

  test('decimals are rounded half away from zero when they are stored', async () => {
    await expect(`
      CREATE TABLE price (id INT PRIMARY KEY, amount DECIMAL(8, 2));
      INSERT INTO price VALUES (1, 2.345), (2, -2.345), (3, 2.344999), (4, 999999.994);
      SELECT * FROM price ORDER BY id;
      INSERT INTO price VALUES (5, 999999.995)`).toMatchReference({
      differsIn: { warnings: { because: 'TiDB calls what is rounded incorrect', statement: 2 } },
    })
  })

  test('ROUND, TRUNCATE, FLOOR and CEILING agree on decimals', async () => {
    await expect(`
      SELECT ROUND(2.5), ROUND(-2.5), ROUND(3.5), ROUND(2.345, 2), ROUND(125, -1), TRUNCATE(2.999, 1), TRUNCATE(-2.999, 0),
             FLOOR(-1.5), CEILING(-1.5), ROUND(NULL, 2)`).toMatchReference({
      differsIn: {
        rows: 'a defect of TiDB: ROUND(125, -1) is 120, since integers are rounded half to even',
        types: 'an untyped NULL makes a DOUBLE of ROUND in MariaDB',
      },
      on: 'MariaDB',
    })
  })

  test('division gives four digits more, and NULL for zero', async () => {
    await expect('SELECT 1 / 3, 10 / 4, 1.00 / 3, 7 DIV 2, -7 DIV 2, 7 % 3, -7 % 3, 7.5 % 2').toMatchReference()
    await expect('SELECT 1 / 0, 1 DIV 0, 1 % 0').toMatchReference()
  })

  test('arithmetic on decimals is exact, on doubles it is not', async () => {
    await expect(
      'SELECT 0.1 + 0.2 = 0.3, 0.1e0 + 0.2e0 = 0.3e0, 1.10 * 2.20, SUM(v) FROM (SELECT 0.1 AS v UNION ALL SELECT 0.2) AS t',
    ).toMatchReference()
  })

  test('what overflows is an error', async () => {
    await expect([
      'SELECT 9223372036854775807 + 1',
      'SELECT CAST(0 AS UNSIGNED) - 1',
      'SELECT -(-9223372036854775808)',
      'SELECT EXP(1000)',
    ]).toMatchReference()
  })

  test('bits are those of 64-bit numbers without a sign', async () => {
    await expect(
      "SELECT 5 & 3, 5 | 3, 5 ^ 3, ~0, 1 << 63, 1 << 64, -1 >> 1, BIT_COUNT(-1), HEX(255), CONV('ff', 16, 2)",
    ).toMatchReference()
  })
})
