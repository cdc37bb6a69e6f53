"""Contract, "Connections". Each docstring is the row that its handler proves."""
import os
import threading
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Dict, List, Optional

from vitest_tidb import ConnectError, PyConnection, PyState, PyStateContext, PyStateHandler, RealPyConnection


def identity(connection: Any) -> Any:
    return connection.execute_query("SELECT CONNECTION_ID() AS id")[0]["id"]


class TheConstructorsArguments(PyStateHandler):
    """RealPyConnection(connection_info=None, connection_id="default", host=None, port=None, username=None, password=None, database=None)."""

    def execute(self, context: PyStateContext) -> str:
        given: Dict[str, Any] = {name: getattr(context, name) for name in ("host", "port", "username", "password", "database")}
        made = [
            RealPyConnection(),
            RealPyConnection(None, "named", context.host, context.port, context.username, context.password, context.database),
            RealPyConnection(given),
            RealPyConnection(context, "of the context"),
            RealPyConnection(**given),
        ]
        for connection in made:
            assert connection.execute_query("SELECT DATABASE() AS d")[0]["d"] == context.database
        assert [each.connection_id for each in made] == ["default", "named", "default", "of the context", "default"]
        assert len({identity(each) for each in [*made, context.connection]}) == 6
        return PyState.completed()


class HostMayHoldAPort(PyStateHandler):
    """host may be name:port, [v6]:port; then TIDB_HOST (may hold a port), TIDB_PORT, TIDB_USER, TIDB_PASSWORD, TIDB_DATABASE."""

    def execute(self, context: PyStateContext) -> str:
        address = "%s:%d" % (context.host, context.port)
        assert RealPyConnection(host=address).execute_query("SELECT 1 AS n") == [{"n": 1}]
        assert os.environ["TIDB_DATABASE"] == context.database
        os.environ["TIDB_HOST"] = address
        os.environ["TIDB_PORT"] = "1"
        os.environ["TIDB_DATABASE"] = "INFORMATION_SCHEMA"
        made = RealPyConnection()
        assert made.execute_query("SELECT DATABASE() AS d")[0]["d"].lower() == "information_schema"
        # Nobody listens on port 1, so that whoever gets an answer has not gone there.
        del os.environ["TIDB_HOST"]
        with self.expect_error(2003):
            RealPyConnection()
        with self.expect_error(2003):
            RealPyConnection(host="[::1]:1")
        return PyState.completed()


class SuitesConstructItFromThreadsToo(PyStateHandler):
    """Suites also construct it themselves, from threads too."""

    def execute(self, context: PyStateContext) -> str:
        found: List[Any] = []
        threads = [threading.Thread(target=lambda: found.append(identity(RealPyConnection()))) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({*found, identity(context.connection)}) == 6
        return PyState.completed()


class AutocommitOn(PyStateHandler):
    """autocommit on."""

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        other = RealPyConnection(connection_id="other")
        for connection in (context.connection, other):
            assert connection.execute_query("SELECT @@autocommit AS on_")[0]["on_"] == 1
        context.connection.execute_query("INSERT INTO t VALUES (1)")
        assert other.execute_query("SELECT id FROM t") == [{"id": 1}]
        return PyState.completed()


class LocalInfileOn(PyStateHandler):
    """local infile on."""

    def execute(self, context: PyStateContext) -> str:
        path = os.path.join(os.environ.get("TMPDIR", "/tmp"), "local-infile-%d.csv" % os.getpid())
        with open(path, "w", encoding="utf-8") as file:
            file.write("1,a\n2,b\n")
        try:
            context.connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(9))")
            for connection in (context.connection, RealPyConnection(connection_id="other")):
                connection.execute_query("DELETE FROM t")
                connection.execute_query("LOAD DATA LOCAL INFILE '%s' INTO TABLE t FIELDS TERMINATED BY ','" % path)
                self.assert_rows(connection.execute_query("SELECT * FROM t ORDER BY id"), [(1, "a"), (2, "b")])
        finally:
            os.remove(path)
        return PyState.completed()


class ItRaisesOnFailureToConnect(PyStateHandler):
    """raises on failure to connect."""

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("SELECT 1")
        refused: Optional[ConnectError] = None
        try:
            RealPyConnection(host="127.0.0.1:1")
        except ConnectError as error:
            refused = error
        assert refused is not None
        assert refused.errno == 2003
        with self.expect_error(1049):
            RealPyConnection(database="there_is_no_such_database")
        with self.expect_error(1045):
            RealPyConnection(username="nobody_of_this_name", password="x")
        return PyState.completed()


class AnyStatementAndAListNeverNone(PyStateHandler):
    """execute_query(sql) -> list: one statement, any statement including START TRANSACTION, COMMIT, SAVEPOINT, SET; [] and never None when there are no rows."""

    def execute(self, context: PyStateContext) -> str:
        for sql in (
            "CREATE TABLE t (id INT PRIMARY KEY)",
            "START TRANSACTION",
            "SAVEPOINT s",
            "INSERT INTO t VALUES (1)",
            "ROLLBACK TO SAVEPOINT s",
            "COMMIT",
            "SET @a = 1",
            "SELECT * FROM t",
            "USE %s" % context.database,
            "DO 1",
            "ALTER TABLE t ADD COLUMN v INT",
            "TRUNCATE TABLE t",
        ):
            rows: Any = context.connection.execute_query(sql)
            assert type(rows) is list and rows == [], sql
        assert type(context.connection.execute_query("SELECT 1")) is list
        return PyState.completed()


class TextProtocol(PyStateHandler):
    """text protocol: no statement is prepared, and a per cent sign is one."""

    def execute(self, context: PyStateContext) -> str:
        prepared = "SELECT SUM(VARIABLE_VALUE) AS n FROM performance_schema.session_status WHERE VARIABLE_NAME LIKE 'Com_stmt_prepare'"
        before = context.connection.execute_query(prepared)
        assert context.connection.execute_query("SELECT '100%% %s ?' AS v")[0]["v"] == "100%% %s ?"
        assert context.connection.execute_query(prepared) == before
        return PyState.completed()


class ValuesOfEveryType(PyStateHandler):
    """Values int, float, str, Decimal, datetime, date, timedelta, bytes, None."""

    def execute(self, context: PyStateContext) -> str:
        expected: Dict[str, Any] = {
            "CAST(9223372036854775807 AS SIGNED)": 9223372036854775807,
            "1.5e0": 1.5,
            "'text'": "text",
            "CAST('1.50' AS DECIMAL(9, 2))": Decimal("1.50"),
            "CAST('2026-01-31 23:59:59.000001' AS DATETIME(6))": datetime(2026, 1, 31, 23, 59, 59, 1),
            "CAST('2026-02-28' AS DATE)": date(2026, 2, 28),
            "CAST('-30:00:00.5' AS TIME(1))": -timedelta(hours=30, milliseconds=500),
            "CAST(0x00ff AS BINARY(2))": b"\x00\xff",
            "NULL": None,
        }
        (row,) = context.connection.execute_query("SELECT %s" % ", ".join(expected))
        for index, wanted in enumerate(expected.values()):
            value = row["col_%d" % index]
            assert type(value) is type(wanted) and value == wanted
        return PyState.completed()


class Utf8mb4RoundTrips(PyStateHandler):
    """utf8mb4 round-trips."""

    def execute(self, context: PyStateContext) -> str:
        text = "naïve 漢字 🐬 עברית 👩‍👩‍👧 \u0000 \\ %"
        context.connection.execute_query("CREATE TABLE t (v VARCHAR(99) CHARACTER SET utf8mb4)")
        escaped = text.replace("\\", "\\\\").replace("\u0000", "\\0")
        context.connection.execute_query("INSERT INTO t VALUES ('%s')" % escaped)
        assert context.connection.execute_query("SELECT v FROM t")[0]["v"] == text
        return PyState.completed()


class CallsOnOneConnectionAreSerialised(PyStateHandler):
    """Calls on one connection from several threads are serialised."""

    def execute(self, context: PyStateContext) -> str:
        answers: Dict[int, Any] = {}

        def ask(number: int) -> None:
            answers[number] = context.connection.execute_query("SELECT %d AS n, SLEEP(0.01)" % number)[0]["n"]

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == {number: number for number in range(20)}
        return PyState.completed()


class AFailedStatementRaises(PyStateHandler):
    """A failed statement raises an exception with .errno, .sqlstate, .msg whose str() holds the server's text, and the connection stays usable."""

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        before = identity(connection)
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        connection.execute_query("INSERT INTO t VALUES (1)")
        with self.expect_error(1062) as failed:
            connection.execute_query("INSERT INTO t VALUES (1)")
        error: Any = failed.error
        assert (error.errno, error.sqlstate) == (1062, "23000")
        assert error.msg == "Duplicate entry '1' for key 't.PRIMARY'"
        assert error.msg in str(error)
        assert identity(connection) == before
        return PyState.completed()


class ARowAnswersLabelAndColI(PyStateHandler):
    """A row answers both the column's label and col_<i> through row[k], row.get(k, default) and `in`, while items(), len(), iteration and str() show the labels alone."""

    def execute(self, context: PyStateContext) -> str:
        (row,) = context.connection.execute_query("SELECT 7 AS id, 'ann' AS name, COUNT(*) FROM dual")
        assert (row["id"], row["col_0"], row["name"], row["col_1"]) == (7, 7, "ann", "ann")
        assert row["COUNT(*)"] == row["col_2"] == 1
        assert (row.get("id"), row.get("col_0"), row.get("nope"), row.get("col_3", 5)) == (7, 7, None, 5)
        assert "id" in row and "col_2" in row and "col_3" not in row and "nope" not in row
        assert list(row.items()) == [("id", 7), ("name", "ann"), ("COUNT(*)", 1)]
        assert len(row) == 3
        assert list(row) == ["id", "name", "COUNT(*)"]
        assert str(row) == "{'id': 7, 'name': 'ann', 'COUNT(*)': 1}"
        return PyState.completed()


class TransactionMethodsReturnNone(PyStateHandler):
    """start_transaction(), commit(), rollback() return None; start_transaction sends START TRANSACTION (nested means implicit commit, as on the server)."""

    def execute(self, context: PyStateContext) -> str:
        connection: Any = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        assert connection.start_transaction() is None
        connection.execute_query("INSERT INTO t VALUES (1)")
        assert connection.rollback() is None
        assert connection.start_transaction() is None
        connection.execute_query("INSERT INTO t VALUES (2)")
        # Nested: commits what was open.
        connection.start_transaction()
        connection.execute_query("INSERT INTO t VALUES (3)")
        connection.rollback()
        assert connection.commit() is None
        assert connection.execute_query("SELECT id FROM t") == [{"id": 2}]
        return PyState.completed()


class RealIsTheDefault(PyStateHandler):
    """REAL_DB other than true selects the mock only where the run asks for a dry run: with us real is the default."""

    def execute(self, context: PyStateContext) -> str:
        os.environ["REAL_DB"] = "false"
        assert isinstance(identity(RealPyConnection()), int)
        assert not isinstance(context.connection, PyConnection)
        return PyState.completed()
