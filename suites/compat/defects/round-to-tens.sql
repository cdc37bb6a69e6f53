-- Integers are rounded half to even, where decimals and MySQL round half away from zero.
-- Seen on TiDB v8.5.5-pre+e4e814fdc0af. The last statement must return 130, 130 and -130.
SELECT ROUND(125, -1), ROUND(125.0, -1), ROUND(-125, -1);
