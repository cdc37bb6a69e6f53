"""Much of everything."""
from decimal import Decimal

from vitest_tidb import MultiConnectionTestHandler, PyState, PyStateContext, PyStateHandler


class ManyRows(PyStateHandler):
    """Ten thousand rows come back as they went in."""

    tags = ["scale"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY, half DECIMAL(8,1), name VARCHAR(20))")
        for start in range(0, 10_000, 2_000):
            values = ",".join("(%d, %d / 2, 'row %d')" % (n, n, n) for n in range(start, start + 2_000))
            connection.execute_query("INSERT INTO t VALUES " + values)
        rows = connection.execute_query("SELECT * FROM t ORDER BY id")
        assert len(rows) == 10_000
        assert rows[7_777].as_tuple() == (7_777, Decimal("3888.5"), "row 7777")
        self.assert_rows(
            connection.execute_query("SELECT COUNT(*) AS n, SUM(half) AS halves FROM t"),
            [{"n": 10_000, "halves": Decimal("24997500.0")}],
        )
        return PyState.completed()


class LongTexts(PyStateHandler):
    """A text of a million characters, of four bytes each too, crosses unharmed."""

    tags = ["scale"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY, body LONGTEXT)")
        texts = ["x" * 1_000_000, "\U0001f418" * 200_000]
        for number, text in enumerate(texts):
            connection.execute_query("INSERT INTO t VALUES (%d, '%s')" % (number, text))
        rows = connection.execute_query("SELECT body, CHAR_LENGTH(body) AS length FROM t ORDER BY id")
        assert [row["length"] for row in rows] == [1_000_000, 200_000]
        assert all(row["body"] == text for row, text in zip(rows, texts))
        return PyState.completed()


class WideTable(PyStateHandler):
    """A table of 200 columns answers each of them, by label and by position."""

    tags = ["scale"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        names = ["c%d" % number for number in range(200)]
        connection.execute_query("CREATE TABLE wide (%s)" % ", ".join("%s INT" % name for name in names))
        connection.execute_query("INSERT INTO wide VALUES (%s)" % ", ".join(str(number) for number in range(200)))
        (row,) = connection.execute_query("SELECT * FROM wide")
        assert list(row) == names
        assert all(row[name] == row["col_%d" % number] == number for number, name in enumerate(names))
        return PyState.completed()


class ManyConnections(MultiConnectionTestHandler):
    """Twenty connections are twenty sessions, and work at the same time."""

    tags = ["scale"]

    def __init__(self) -> None:
        super().__init__(connection_count=20)

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY, session BIGINT UNSIGNED)")
        results = self.execute_concurrent_operations(
            [
                {"connection_id": number, "operation": "query", "query": "INSERT INTO t VALUES (%d, CONNECTION_ID())" % number}
                for number in range(20)
            ]
        )
        assert {result["status"] for result in results} == {"success"}
        self.assert_rows(context.connection.execute_query("SELECT COUNT(DISTINCT session) FROM t"), [20])
        return PyState.completed()
