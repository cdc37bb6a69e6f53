import { expect } from 'vitest-tidb'
import { test } from './compared.ts'

test.describe('writes', () => {
  test('INSERT IGNORE passes over what is there, with a warning', async () => {
    await expect(`
      CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(3));
      INSERT INTO t VALUES (1, 'a');
      INSERT IGNORE INTO t VALUES (1, 'b'), (2, 'c');
      INSERT IGNORE INTO t VALUES (3, 'toolong'), (4, NULL);
      SELECT * FROM t ORDER BY id`).toMatchReference({
      differsIn: { warnings: { because: 'TiDB calls too long what MariaDB calls truncated', statement: 4 } },
    })
  })

  test('ON DUPLICATE KEY UPDATE counts two for a row that it changes', async () => {
    await expect(`
      CREATE TABLE counter (k VARCHAR(5) PRIMARY KEY, n INT NOT NULL DEFAULT 1);
      INSERT INTO counter (k) VALUES ('a');
      INSERT INTO counter (k) VALUES ('a'), ('b') ON DUPLICATE KEY UPDATE n = n + 1;
      INSERT INTO counter (k, n) VALUES ('a', 10) ON DUPLICATE KEY UPDATE n = n + VALUES(n);
      INSERT INTO counter (k, n) VALUES ('b', 1) ON DUPLICATE KEY UPDATE n = 1;
      SELECT * FROM counter ORDER BY k`).toMatchReference()
  })

  test('REPLACE counts the row that goes too', async () => {
    await expect(`
      CREATE TABLE r (id INT PRIMARY KEY, u INT UNIQUE, v INT);
      REPLACE INTO r VALUES (1, 1, 1);
      REPLACE INTO r VALUES (1, 1, 2);
      REPLACE INTO r VALUES (2, 2, 1), (3, 1, 1);
      SELECT * FROM r ORDER BY id;
      REPLACE INTO r SET id = 2, v = 9;
      SELECT * FROM r ORDER BY id`).toMatchReference()
  })

  test('ids are given one after the other, and never twice', async () => {
    await expect(`
      CREATE TABLE ai (id INT AUTO_INCREMENT PRIMARY KEY, v INT);
      INSERT INTO ai (v) VALUES (1), (2);
      SELECT LAST_INSERT_ID();
      INSERT INTO ai VALUES (10, 3);
      INSERT INTO ai VALUES (NULL, 4), (0, 5);
      SELECT id, v FROM ai ORDER BY v;
      DELETE FROM ai WHERE id > 10;
      SELECT LAST_INSERT_ID()`).toMatchReference()
  })

  test('UPDATE and DELETE with order and limit, and over several tables', async () => {
    await expect(`
      CREATE TABLE a (id INT PRIMARY KEY, v INT);
      CREATE TABLE b (id INT PRIMARY KEY, a INT);
      INSERT INTO a VALUES (1, 1), (2, 2), (3, 3);
      INSERT INTO b VALUES (1, 1), (2, 3);
      UPDATE a SET v = v + 10 ORDER BY id DESC LIMIT 2;
      UPDATE a JOIN b ON b.a = a.id SET a.v = 0;
      SELECT * FROM a ORDER BY id;
      DELETE a FROM a JOIN b ON b.a = a.id WHERE b.id = 1;
      DELETE FROM a ORDER BY id LIMIT 1;
      SELECT * FROM a;
      UPDATE a SET v = 1, id = v + 100;
      SELECT * FROM a`).toMatchReference({
      differsIn: {
        rows: { because: 'TiDB assigns what all columns were before; MySQL goes from left to right', statement: 12 },
      },
    })
  })

  test('defaults stand in for what is not given', async () => {
    await expect(`
      CREATE TABLE d (id INT PRIMARY KEY, a INT DEFAULT 7, b VARCHAR(5) NOT NULL DEFAULT 'x', c INT NOT NULL);
      INSERT INTO d (id, c) VALUES (1, 2);
      INSERT INTO d VALUES (2, DEFAULT, DEFAULT, 3);
      SELECT * FROM d ORDER BY id;
      INSERT INTO d (id) VALUES (3);
      INSERT INTO d (id, c) VALUES (4, NULL);
      INSERT INTO d VALUES (5);
      INSERT INTO d (nothing) VALUES (5)`).toMatchReference()
  })

  test('a default may be an expression', async () => {
    await expect("CREATE TABLE d (id INT, e VARCHAR(40) DEFAULT (CONCAT('a', 'b')))").toMatchReference({
      differsIn: { errors: 'TiDB takes a few functions only in defaults, and CONCAT is none of them' },
    })
  })

  test('INSERT … SELECT', async () => {
    await expect(`
      CREATE TABLE src (id INT PRIMARY KEY, v VARCHAR(5));
      CREATE TABLE dst (id INT PRIMARY KEY, v VARCHAR(5));
      INSERT INTO src VALUES (1, 'a'), (2, 'b');
      INSERT INTO dst SELECT id + 1, UPPER(v) FROM src;
      INSERT INTO dst SELECT * FROM src;
      INSERT INTO dst SELECT * FROM src ON DUPLICATE KEY UPDATE v = src.v;
      SELECT * FROM dst ORDER BY id`).toMatchReference()
  })

  test('transactions are rolled back, whole and to a savepoint', async () => {
    await expect(`
      CREATE TABLE tx (id INT PRIMARY KEY);
      BEGIN; INSERT INTO tx VALUES (1); SAVEPOINT s; INSERT INTO tx VALUES (2); ROLLBACK TO s; INSERT INTO tx VALUES (3); COMMIT;
      SELECT id FROM tx ORDER BY id;
      START TRANSACTION; DELETE FROM tx; ROLLBACK;
      SELECT COUNT(*) FROM tx;
      ROLLBACK TO nowhere;
      SET autocommit = 0; INSERT INTO tx VALUES (9); ROLLBACK; SET autocommit = 1;
      SELECT COUNT(*) FROM tx;
      BEGIN; INSERT INTO tx VALUES (5); CREATE TABLE ends_it (id INT); ROLLBACK;
      SELECT COUNT(*) FROM tx`).toMatchReference()
  })

  test('a statement that fails in a transaction undoes itself alone', async () => {
    await expect(`
      CREATE TABLE tx (id INT PRIMARY KEY);
      INSERT INTO tx VALUES (5);
      BEGIN; INSERT INTO tx VALUES (1); INSERT INTO tx VALUES (4), (5), (6); COMMIT;
      SELECT id FROM tx ORDER BY id`).toMatchReference()
  })
})
