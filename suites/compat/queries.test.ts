import { expect } from 'vitest-tidb'
import { test as base } from './compared.ts'

const test = base.extend('shop', { auto: true }, async () => {
  await expect(`
    CREATE TABLE customer (id INT PRIMARY KEY, name VARCHAR(10), city VARCHAR(10));
    CREATE TABLE orders (id INT PRIMARY KEY, customer INT, amount DECIMAL(8, 2), day DATE, INDEX (customer));
    INSERT INTO customer VALUES (1, 'ada', 'london'), (2, 'bob', 'paris'), (3, 'cyd', NULL);
    INSERT INTO orders VALUES (1, 1, 10.50, '2024-01-01'), (2, 1, 5, '2024-01-02'), (3, 2, 7.25, '2024-01-02'), (4, NULL, 1, NULL), (5, 2, 7.25, '2024-02-01')`).toMatchReference()
})

test.describe('queries', () => {
  test('joins of all kinds', async () => {
    await expect(`
      SELECT c.name, o.amount FROM customer AS c JOIN orders AS o ON o.customer = c.id;
      SELECT c.name, o.id FROM customer AS c LEFT JOIN orders AS o ON o.customer = c.id AND o.amount > 6;
      SELECT c.name, o.id FROM customer AS c RIGHT JOIN orders AS o ON o.customer = c.id;
      SELECT COUNT(*) FROM customer CROSS JOIN orders;
      SELECT * FROM customer NATURAL JOIN (SELECT 1 AS id, 'x' AS extra) AS e;
      SELECT name FROM customer JOIN (SELECT 2 AS id) AS t USING (id)`).toMatchReference()
  })

  test('groups and their aggregates', async () => {
    await expect(`
      SELECT customer, COUNT(*), COUNT(day), SUM(amount), AVG(amount), MIN(day), MAX(amount), COUNT(DISTINCT amount) FROM orders GROUP BY customer;
      SELECT COUNT(*), SUM(amount), AVG(amount), MAX(id) FROM orders WHERE id > 100;
      SELECT customer, SUM(amount) AS total FROM orders GROUP BY customer HAVING total > 10;
      SELECT GROUP_CONCAT(name ORDER BY name DESC SEPARATOR '|') FROM customer;
      SELECT BIT_OR(id), BIT_AND(id), BIT_XOR(id), STD(id), VAR_SAMP(id) FROM orders`).toMatchReference({
      differsIn: { rows: { because: 'MariaDB gives deviations of integers with four digits', statement: 5 } },
      on: 'MariaDB',
    })
  })

  test('a column that is neither grouped nor aggregated is refused', async () => {
    await expect([
      'SELECT name, COUNT(*) FROM customer',
      'SELECT customer, day, COUNT(*) FROM orders GROUP BY customer',
    ]).toMatchReference({
      differsIn: { errors: { because: 'TiDB has a number of its own for aggregates without GROUP BY', statement: 1 } },
    })
    await expect('SELECT id, name, COUNT(*) FROM customer GROUP BY id').toMatchReference({
      differsIn: { errors: 'to MariaDB a key determines nothing' },
      on: 'MariaDB',
    })
  })

  test('totals of groups', async () => {
    await expect('SELECT customer, SUM(amount) FROM orders GROUP BY customer WITH ROLLUP').toMatchReference()
  })

  test('window functions', async () => {
    await expect(`
      SELECT id, ROW_NUMBER() OVER (ORDER BY id), RANK() OVER (ORDER BY amount), DENSE_RANK() OVER (ORDER BY amount), NTILE(2) OVER (ORDER BY id) FROM orders;
      SELECT id, SUM(amount) OVER (PARTITION BY customer ORDER BY id), AVG(amount) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM orders;
      SELECT id, LAG(amount) OVER (ORDER BY id), LEAD(id, 2) OVER (ORDER BY id), FIRST_VALUE(id) OVER w, LAST_VALUE(id) OVER w FROM orders WINDOW w AS (PARTITION BY customer ORDER BY id);
      SELECT id, PERCENT_RANK() OVER (ORDER BY amount), CUME_DIST() OVER (ORDER BY amount) FROM orders`).toMatchReference(
      { differsIn: { types: { because: 'NTILE has a sign in MariaDB', statement: 1 } }, on: 'MariaDB' },
    )
  })

  test('common table expressions, recursive ones too', async () => {
    await expect(`
      WITH big AS (SELECT * FROM orders WHERE amount > 6) SELECT customer, COUNT(*) FROM big GROUP BY customer;
      WITH RECURSIVE n AS (SELECT 1 AS v UNION ALL SELECT v + 1 FROM n WHERE v < 5) SELECT v FROM n ORDER BY v;
      WITH RECURSIVE pair (a, b) AS (SELECT 0, 1 UNION SELECT b, a + b FROM pair WHERE b < 20) SELECT a FROM pair ORDER BY a, b;
      WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT * FROM a, b`).toMatchReference()
  })

  test('set operations', async () => {
    await expect(`
      SELECT customer FROM orders UNION SELECT id FROM customer;
      SELECT customer FROM orders UNION ALL SELECT id FROM customer;
      SELECT customer FROM orders EXCEPT SELECT 1;
      SELECT customer FROM orders INTERSECT SELECT id FROM customer;
      (SELECT id FROM orders ORDER BY id DESC LIMIT 2) UNION ALL (SELECT id FROM customer ORDER BY id LIMIT 1) ORDER BY id;
      SELECT 1 UNION SELECT 1.5 UNION SELECT 'x'`).toMatchReference()
  })

  test('subqueries', async () => {
    await expect(`
      SELECT name FROM customer AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.customer = c.id);
      SELECT name FROM customer WHERE id NOT IN (SELECT customer FROM orders);
      SELECT name FROM customer WHERE id > ALL (SELECT customer FROM orders WHERE customer IS NOT NULL);
      SELECT name, (SELECT MAX(amount) FROM orders AS o WHERE o.customer = c.id) AS best FROM customer AS c;
      SELECT name FROM customer WHERE (id, name) IN (SELECT 1, 'ada');
      SELECT (SELECT id FROM customer)`).toMatchReference()
  })

  test('order and limit', async () => {
    await expect(`
      SELECT city FROM customer ORDER BY city;
      SELECT name FROM customer ORDER BY city DESC, id LIMIT 2;
      SELECT id FROM orders ORDER BY amount DESC, id LIMIT 1, 2;
      SELECT id FROM orders ORDER BY id LIMIT 2 OFFSET 3;
      SELECT amount FROM orders ORDER BY FIELD(id, 3, 1, 2), id;
      SELECT DISTINCT amount FROM orders ORDER BY amount`).toMatchReference()
  })

  test('mistakes in queries have their numbers', async () => {
    await expect([
      'SELECT nothing FROM orders',
      'SELECT * FROM nowhere',
      'SELEC 1',
      'SELECT id FROM orders, customer',
      'SELECT COUNT(*) FROM orders WHERE COUNT(*) > 1',
      'SELECT * FROM orders GROUP BY 9',
      'SELECT 1 UNION SELECT 1, 2',
      'SELECT NO_SUCH_FUNCTION(1)',
      'SELECT * FROM (SELECT 1)',
      'SELECT ABS(1, 2)',
    ]).toMatchReference({
      differsIn: {
        errors: {
          because:
            'TiDB has no number for a place beyond the columns, and a better one where MariaDB sees a wrong syntax',
          statement: [6, 9],
        },
      },
      on: 'MariaDB',
    })
  })
})
