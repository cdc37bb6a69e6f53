"""Keys, views, generated columns and partitions."""
from decimal import Decimal

from vitest_tidb import PyState, PyStateContext, PyStateHandler


class UniqueIndex(PyStateHandler):
    """A unique index can't be added over duplicates; over none it refuses them from then on."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(50))")
        connection.execute_query("INSERT INTO users VALUES (1, 'a@x'), (2, 'a@x')")
        with self.expect_error(1062):
            connection.execute_query("CREATE UNIQUE INDEX by_email ON users (email)")
        connection.execute_query("DELETE FROM users WHERE id = 2")
        connection.execute_query("CREATE UNIQUE INDEX by_email ON users (email)")
        with self.expect_error(1062):
            connection.execute_query("INSERT INTO users VALUES (3, 'a@x')")
        connection.execute_query("ADMIN CHECK TABLE users")
        self.assert_rows(connection.execute_query("SELECT id FROM users"), [1])
        return PyState.completed()


class IndexIsUsed(PyStateHandler):
    """A query by an indexed column reads the index; by an invisible one it does not."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY, k INT, v VARCHAR(10), KEY by_k (k))")
        query = "EXPLAIN SELECT v FROM t WHERE k = 1"
        plan = " ".join(str(row["access object"]) for row in connection.execute_query(query))
        assert "by_k" in plan
        connection.execute_query("ALTER TABLE t ALTER INDEX by_k INVISIBLE")
        plan = " ".join(str(row["access object"]) for row in connection.execute_query(query))
        assert "by_k" not in plan
        return PyState.completed()


class ForeignKeys(PyStateHandler):
    """A child needs its parent, and follows it where it is told to."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE parents (id INT PRIMARY KEY)")
        connection.execute_query(
            "CREATE TABLE children (id INT PRIMARY KEY, parent INT,"
            " CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES parents (id))"
        )
        with self.expect_error(1452):
            connection.execute_query("INSERT INTO children VALUES (1, 1)")
        connection.execute_query("INSERT INTO parents VALUES (1)")
        connection.execute_query("INSERT INTO children VALUES (1, 1)")
        with self.expect_error(1451):
            connection.execute_query("DELETE FROM parents")
        connection.execute_query("ALTER TABLE children DROP FOREIGN KEY of_parent")
        connection.execute_query(
            "ALTER TABLE children ADD FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE CASCADE"
        )
        connection.execute_query("DELETE FROM parents")
        assert connection.execute_query("SELECT * FROM children") == []
        return PyState.completed()


class Views(PyStateHandler):
    """A view shows what its tables hold now, and is gone when it is dropped."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE sales (region CHAR(2), amount DECIMAL(8,2))")
        connection.execute_query("CREATE VIEW totals AS SELECT region, SUM(amount) AS total FROM sales GROUP BY region")
        assert connection.execute_query("SELECT * FROM totals") == []
        connection.execute_query("INSERT INTO sales VALUES ('EU', 1.25), ('EU', 2.50), ('US', 3)")
        self.assert_rows(
            connection.execute_query("SELECT region, total FROM totals"),
            [("EU", Decimal("3.75")), ("US", Decimal("3.00"))],
            ordered=False,
        )
        connection.execute_query("DROP VIEW totals")
        with self.expect_error(1146):
            connection.execute_query("SELECT * FROM totals")
        return PyState.completed()


class GeneratedColumns(PyStateHandler):
    """A generated column is computed, and nobody else may write it."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE boxes (w INT, h INT, area INT GENERATED ALWAYS AS (w * h) STORED)")
        connection.execute_query("INSERT INTO boxes (w, h) VALUES (2, 3)")
        with self.expect_error(3105):
            connection.execute_query("INSERT INTO boxes (w, h, area) VALUES (1, 1, 9)")
        connection.execute_query("UPDATE boxes SET w = 5")
        self.assert_rows(connection.execute_query("SELECT area FROM boxes"), [15])
        return PyState.completed()


class Partitions(PyStateHandler):
    """Rows go to their partition, a value without one is refused, and a dropped partition takes its rows along."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query(
            "CREATE TABLE log (day INT, text VARCHAR(10)) PARTITION BY RANGE (day)"
            " (PARTITION old VALUES LESS THAN (10), PARTITION recent VALUES LESS THAN (20))"
        )
        connection.execute_query("INSERT INTO log VALUES (1, 'a'), (15, 'b')")
        self.assert_rows(connection.execute_query("SELECT text FROM log PARTITION (recent)"), ["b"])
        with self.expect_error(1526):
            connection.execute_query("INSERT INTO log VALUES (25, 'c')")
        connection.execute_query("ALTER TABLE log ADD PARTITION (PARTITION future VALUES LESS THAN MAXVALUE)")
        connection.execute_query("INSERT INTO log VALUES (25, 'c')")
        connection.execute_query("ALTER TABLE log DROP PARTITION old")
        self.assert_rows(connection.execute_query("SELECT text FROM log ORDER BY day"), ["b", "c"])
        return PyState.completed()
