import { expect } from 'vitest-tidb'
import { test } from './compared.ts'

test.describe('schema', () => {
  test('columns are added, changed, renamed and dropped', async () => {
    await expect(`
      CREATE TABLE t (id INT PRIMARY KEY, a INT);
      INSERT INTO t VALUES (1, 1);
      ALTER TABLE t ADD COLUMN b VARCHAR(5) DEFAULT 'x' AFTER id;
      ALTER TABLE t CHANGE a c BIGINT;
      ALTER TABLE t MODIFY b VARCHAR(10) NOT NULL;
      SELECT * FROM t;
      ALTER TABLE t DROP COLUMN c;
      SELECT * FROM t;
      ALTER TABLE t ADD COLUMN b INT;
      ALTER TABLE t DROP COLUMN nothing;
      ALTER TABLE t RENAME TO renamed;
      SELECT COUNT(*) FROM renamed`).toMatchReference({
      differsIn: { affectedRows: { because: 'MariaDB counts the rows that a change of type copies', statement: 4 } },
      on: 'MariaDB',
    })
  })

  test('tables and indexes that are there, or are not', async () => {
    await expect(`
      CREATE TABLE t (id INT PRIMARY KEY, v INT);
      CREATE TABLE t (id INT);
      CREATE TABLE IF NOT EXISTS t (id INT);
      CREATE INDEX i ON t (v);
      CREATE INDEX i ON t (v);
      DROP INDEX nothing ON t;
      DROP TABLE nothing;
      DROP TABLE IF EXISTS nothing;
      CREATE TABLE two (id INT PRIMARY KEY, id INT);
      CREATE TABLE keyless (id INT, PRIMARY KEY (nothing));
      CREATE UNIQUE INDEX u ON t (v);
      INSERT INTO t VALUES (1, 1), (2, 1)`).toMatchReference()
  })

  test('foreign keys are kept, and act', async () => {
    await expect(`
      CREATE TABLE parent (id INT PRIMARY KEY);
      CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE CASCADE);
      CREATE TABLE ward (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE SET NULL);
      CREATE TABLE strict (p INT, FOREIGN KEY (p) REFERENCES parent (id));
      INSERT INTO parent VALUES (1), (2), (3);
      INSERT INTO child VALUES (1, 1), (2, NULL);
      INSERT INTO ward VALUES (1, 2);
      INSERT INTO strict VALUES (3);
      INSERT INTO child VALUES (3, 9);
      UPDATE parent SET id = 11 WHERE id = 1;
      DELETE FROM parent WHERE id = 2;
      DELETE FROM parent WHERE id = 3;
      SELECT * FROM child ORDER BY id;
      DELETE FROM parent WHERE id = 11;
      SELECT * FROM child ORDER BY id;
      SELECT * FROM ward;
      DROP TABLE parent`).toMatchReference({
      differsIn: {
        errors: { because: 'MariaDB has the number of a row for a table that is referred to', statement: 17 },
      },
      on: 'MariaDB',
    })
  })

  test('generated columns are computed, and refuse values', async () => {
    await expect(`
      CREATE TABLE g (a INT, b INT AS (a * 2) STORED, c VARCHAR(10) AS (CONCAT('v', a)) VIRTUAL, INDEX (b));
      INSERT INTO g (a) VALUES (1), (NULL);
      SELECT * FROM g ORDER BY a;
      SELECT a FROM g WHERE b = 2;
      UPDATE g SET a = 5 WHERE a = 1;
      SELECT b, c FROM g ORDER BY b;
      INSERT INTO g (a, b) VALUES (1, 1);
      INSERT INTO g (a, b) VALUES (1, DEFAULT)`).toMatchReference({
      differsIn: { errors: { because: 'MariaDB has a number of its own', statement: 7 } },
      on: 'MariaDB',
    })
  })

  test('views show what their query does', async () => {
    await expect(`
      CREATE TABLE t (id INT PRIMARY KEY, v INT);
      INSERT INTO t VALUES (1, 10), (2, 20);
      CREATE VIEW big AS SELECT id, v * 2 AS doubled FROM t WHERE v > 10;
      SELECT * FROM big;
      CREATE VIEW big AS SELECT 1;
      CREATE OR REPLACE VIEW big AS SELECT id FROM t;
      SELECT * FROM big ORDER BY id;
      DROP VIEW big;
      SELECT * FROM big`).toMatchReference()
  })

  test('check constraints are kept', async () => {
    await expect(`
      CREATE TABLE c (n INT, CHECK (n > 0));
      INSERT INTO c VALUES (1);
      INSERT INTO c VALUES (0)`).toMatchReference({
      differsIn: {
        warnings: { because: 'TiDB says that tidb_enable_check_constraint is off', statement: 1 },
        errors: { because: 'TiDB keeps no check constraint unless tidb_enable_check_constraint is on', statement: 3 },
      },
    })
  })

  test('TRUNCATE begins to count again', async () => {
    await expect(`
      CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY);
      INSERT INTO t VALUES (NULL), (NULL);
      TRUNCATE TABLE t;
      INSERT INTO t VALUES (NULL);
      SELECT id FROM t`).toMatchReference()
  })

  test('temporary tables hide others, and go', async () => {
    await expect(`
      CREATE TABLE t (id INT);
      INSERT INTO t VALUES (1);
      CREATE TEMPORARY TABLE t (id INT);
      SELECT COUNT(*) FROM t;
      DROP TEMPORARY TABLE t;
      SELECT COUNT(*) FROM t`).toMatchReference()
  })

  test('partitions take the rows of their range', async () => {
    await expect(`
      CREATE TABLE p (id INT, v INT) PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN (20));
      INSERT INTO p VALUES (1, 1), (15, 2);
      SELECT v FROM p PARTITION (high);
      INSERT INTO p VALUES (20, 3);
      ALTER TABLE p DROP PARTITION low;
      SELECT * FROM p`).toMatchReference()
  })

  test('user variables and prepared statements', async () => {
    await expect(`
      SET @a = 5, @b = 'x';
      SELECT @a + 1, @b, @unset;
      PREPARE s FROM 'SELECT ? + ?';
      EXECUTE s USING @a, @a;
      DEALLOCATE PREPARE s;
      EXECUTE s`).toMatchReference({
      differsIn: {
        types: { because: 'a variable that was never set has no type in MariaDB', statement: 2 },
        warnings: { because: 'TiDB tells why a plan is not kept', statement: 4 },
        errors: { because: 'TiDB has a number of its own for a statement that was not prepared', statement: 6 },
      },
      on: 'MariaDB',
    })
  })
})
