import { expect } from 'vitest-tidb'
import { test } from './compared.ts'

test.describe('dates', () => {
  test('parts of a date', async () => {
    await expect(`
      SELECT YEAR(d), QUARTER(d), MONTH(d), DAY(d), DAYOFWEEK(d), WEEKDAY(d), DAYOFYEAR(d), WEEK(d), WEEK(d, 3), YEARWEEK(d), LAST_DAY(d), DAYNAME(d), MONTHNAME(d),
             HOUR(d), MINUTE(d), SECOND(d), MICROSECOND(d), TO_DAYS(d), EXTRACT(YEAR_MONTH FROM d)
      FROM (SELECT CAST('2024-12-30 13:14:15.5' AS DATETIME(1)) AS d) AS t`).toMatchReference()
  })

  test('months are added to the last day that there is', async () => {
    await expect(`
      SELECT DATE_ADD(DATE '2024-01-31', INTERVAL 1 MONTH), DATE_SUB(DATE '2024-03-31', INTERVAL 1 MONTH), DATE '2024-02-29' + INTERVAL 1 YEAR,
             DATE_ADD(CAST('2024-01-01 00:00:00' AS DATETIME), INTERVAL '1:30' MINUTE_SECOND), ADDDATE(DATE '2024-01-01', 31),
             TIMESTAMPADD(WEEK, 1, CAST('2024-01-01 10:00:00' AS DATETIME))`).toMatchReference({
      differsIn: { types: 'TIMESTAMPADD gives a text in TiDB, as in MySQL' },
      on: 'MariaDB',
    })
  })

  test('distances between dates', async () => {
    await expect(`
      SELECT DATEDIFF('2024-03-01', '2024-02-01'), TIMESTAMPDIFF(MONTH, '2024-01-31', '2024-02-29'), TIMESTAMPDIFF(SECOND, '2024-01-01', '2024-01-02'),
             TIMEDIFF('10:00:00', '08:30:30'), PERIOD_DIFF(202403, 202312), PERIOD_ADD(202312, 3)`).toMatchReference()
  })

  test('dates are formatted and read', async () => {
    await expect(`
      SELECT DATE_FORMAT('2024-02-03 04:05:06', '%Y/%c/%e %H:%i:%s %W %j %p %r %T %y %%'), STR_TO_DATE('3,2,2024', '%d,%m,%Y'), TIME_FORMAT('25:10:11', '%H %i'),
             MAKEDATE(2024, 60), MAKETIME(12, 15, 30), SEC_TO_TIME(3661), TIME_TO_SEC('01:01:01'), FROM_DAYS(739280), FROM_UNIXTIME(86400), UNIX_TIMESTAMP('1970-01-02')`).toMatchReference()
  })

  test('fractions of seconds are rounded', async () => {
    await expect(`
      CREATE TABLE moments (id INT PRIMARY KEY, s DATETIME, ms DATETIME(3), t TIME(1), ts TIMESTAMP(2) NULL);
      INSERT INTO moments VALUES (1, '2024-12-31 23:59:59.5', '2024-01-01 00:00:00.12345', '10:00:00.05', '2024-01-01 00:00:00.999');
      SELECT * FROM moments`).toMatchReference({
      differsIn: { rows: 'MariaDB cuts fractions of seconds off where MySQL rounds them' },
      on: 'MariaDB',
    })
  })

  test('dates that do not exist are refused, and zero with them', async () => {
    await expect(`
      CREATE TABLE days (d DATE, dt DATETIME);
      INSERT INTO days (d) VALUES ('0000-00-00');
      INSERT INTO days (d) VALUES ('2024-00-10');
      INSERT INTO days (dt) VALUES ('2024-13-01 00:00:00');
      INSERT INTO days (d) VALUES ('24-2-3'), (20240204), ('2024.02.05');
      SELECT d FROM days ORDER BY d`).toMatchReference()
  })

  test('timestamps follow the time zone of the session', async () => {
    await expect(`
      CREATE TABLE events (ts TIMESTAMP, dt DATETIME);
      INSERT INTO events VALUES ('2024-06-01 12:00:00', '2024-06-01 12:00:00');
      SET time_zone = '+09:00';
      SELECT ts, dt, CONVERT_TZ(dt, '+00:00', '+02:00') AS converted FROM events;
      SET time_zone = '+00:00'`).toMatchReference({
      differsIn: { rows: { because: 'CONVERT_TZ adds six digits of a second in TiDB', statement: 4 } },
    })
  })
})
