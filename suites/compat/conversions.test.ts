import { expect } from 'vitest-tidb'
import { test } from './compared.ts'

test.describe('conversions', () => {
  test('texts are compared with numbers as numbers, with a warning for what is none', async () => {
    await expect(["SELECT '1' = 1, '1.0' = 1, '01' = 1, '' = 0", "SELECT '1a' = 1", "SELECT 'a' = 0"]).toMatchReference(
      {
        differsIn: { warnings: { because: 'MariaDB warns of an empty text that becomes zero', statement: 1 } },
        on: 'MariaDB',
      },
    )
  })

  test('arithmetic takes the number that a text begins with', async () => {
    await expect([
      "SELECT '3' + 4, '1e2' + 0, ' 7' * 2",
      "SELECT '3 apples' + 4",
      "SELECT 'apples' + 4",
    ]).toMatchReference()
  })

  test('a text is true when it is a number other than zero', async () => {
    await expect("SELECT NOT '0', '1' AND TRUE, '0.0' OR FALSE, IF('2', 'yes', 'no')").toMatchReference()
  })

  test('CAST makes numbers of texts', async () => {
    await expect(
      "SELECT CAST('12' AS SIGNED), CAST('-1' AS UNSIGNED), CAST('1.55' AS DECIMAL(4, 1)), CAST('2.5' AS DOUBLE)",
    ).toMatchReference({ differsIn: { warnings: 'TiDB has numbers of its own for what a cast cuts off' } })
    await expect(["SELECT CAST('12abc' AS SIGNED)", "SELECT CAST('abc' AS DECIMAL(4, 1))"]).toMatchReference()
  })

  test('CAST makes texts and bytes of numbers', async () => {
    await expect(
      "SELECT CAST(12.50 AS CHAR), CAST(1e10 AS CHAR), CAST(12345 AS CHAR(3)), HEX(CAST('é' AS BINARY))",
    ).toMatchReference({ differsIn: { warnings: 'TiDB calls what is cut off too long' } })
  })

  test('CAST makes dates of texts and numbers', async () => {
    await expect(
      "SELECT CAST('2024-02-29' AS DATE), CAST(20240229 AS DATE), CAST('2024-1-5 3:4:5' AS DATETIME), CAST('12:30' AS TIME)",
    ).toMatchReference()
    await expect("SELECT CAST('2023-02-29' AS DATE), CAST('nonsense' AS DATETIME)").toMatchReference()
  })

  test('in strict mode what does not fit is refused, else it is cut with a warning', async () => {
    await expect(`
      CREATE TABLE narrow (c CHAR(3), n TINYINT, d DATE);
      INSERT INTO narrow (c) VALUES ('abcd');
      INSERT INTO narrow (n) VALUES ('12x');
      INSERT INTO narrow (d) VALUES ('2023-02-30');
      SET sql_mode = '';
      INSERT INTO narrow (c) VALUES ('abcd');
      INSERT INTO narrow (n) VALUES (1000);
      INSERT INTO narrow (d) VALUES ('2023-02-30');
      SELECT * FROM narrow`).toMatchReference({
      differsIn: {
        errors: {
          because: 'a text that only begins with a number is incorrect to TiDB, and cut to MariaDB',
          statement: 3,
        },
        warnings: { because: 'the warning is the error of strict mode, which it is not in MariaDB', statement: [6, 8] },
      },
      on: 'MariaDB',
    })
  })

  test('NULL is neither equal nor unequal to anything', async () => {
    await expect(`
      SELECT NULL = NULL, NULL <> 1, NULL <=> NULL, 1 <=> NULL, NULL IS NULL, NULL AND FALSE, NULL AND TRUE, NULL OR TRUE,
             NOT NULL, NULL XOR TRUE, 1 IN (1, NULL), 2 IN (1, NULL), 2 NOT IN (1, NULL), NULL BETWEEN 1 AND 2,
             COALESCE(NULL, NULL, 3), NULLIF(1, 1), IFNULL(NULL, 'x'), GREATEST(1, NULL), CONCAT('a', NULL), CONCAT_WS(',', 'a', NULL, 'b')`).toMatchReference(
      { differsIn: { types: 'an untyped NULL makes a DOUBLE of GREATEST in MariaDB' }, on: 'MariaDB' },
    )
  })
})
