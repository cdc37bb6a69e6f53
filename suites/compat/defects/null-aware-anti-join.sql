-- A row comes back twice where NOT IN asks a subquery whose condition on the outer row is not true.
-- Seen on TiDB v8.5.5-pre+e4e814fdc0af, found by the oracle 'tlp'; the plan has a null-aware anti semi join with a left
-- condition. The last statement must return one row.
CREATE TABLE t (id INT, v VARCHAR(10));
INSERT INTO t VALUES (1, NULL);
SELECT id FROM t WHERE id NOT IN (SELECT 0 FROM t AS s WHERE '' <> t.v);
