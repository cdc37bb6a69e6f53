"""Tables, and what information_schema says of them."""
from vitest_tidb import Connection, PyState, PyStateContext, PyStateHandler, Row, parametrize


def columns_of(connection: Connection, table: str) -> "list[Row]":
    return connection.execute_query(
        "SELECT column_name AS name, column_type AS type, is_nullable AS nullable, column_default AS value "
        "FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '%s' "
        "ORDER BY ordinal_position" % table
    )


class CreateTable(PyStateHandler):
    """A table has the columns that it was created with."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query(
            "CREATE TABLE accounts (id BIGINT PRIMARY KEY AUTO_INCREMENT, owner VARCHAR(40) NOT NULL,"
            " balance DECIMAL(12,2) NOT NULL DEFAULT 0)"
        )
        self.assert_rows(
            columns_of(connection, "accounts"),
            [
                ("id", "bigint", "NO", None),
                ("owner", "varchar(40)", "NO", None),
                ("balance", "decimal(12,2)", "NO", "0"),
            ],
        )
        return PyState.completed()


class AlterColumns(PyStateHandler):
    """Columns are added, changed and dropped, and rows that were there follow."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY, old INT)")
        connection.execute_query("INSERT INTO t VALUES (1, 10), (2, 20)")
        connection.execute_query("ALTER TABLE t ADD COLUMN status VARCHAR(10) NOT NULL DEFAULT 'new' AFTER id")
        self.assert_rows(
            connection.execute_query("SELECT * FROM t ORDER BY id"),
            [{"id": 1, "status": "new", "old": 10}, {"id": 2, "status": "new", "old": 20}],
        )
        connection.execute_query("ALTER TABLE t CHANGE COLUMN old amount BIGINT NOT NULL")
        connection.execute_query("ALTER TABLE t DROP COLUMN status")
        self.assert_rows(
            columns_of(connection, "t"), [("id", "int", "NO", None), ("amount", "bigint", "NO", None)]
        )
        return PyState.completed()


class NarrowerColumn(PyStateHandler):
    """A column can't become narrower than its values, and stays what it was."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))")
        connection.execute_query("INSERT INTO t VALUES (1, 'longer than five')")
        with self.expect_error(1265, 1406) as refused:
            connection.execute_query("ALTER TABLE t MODIFY COLUMN name VARCHAR(5)")
        assert refused.error is not None and refused.error.msg != ""
        self.assert_rows(connection.execute_query("SELECT name FROM t"), ["longer than five"])
        return PyState.completed()


class SwapTables(PyStateHandler):
    """RENAME TABLE changes two names at once."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE live (v INT)")
        connection.execute_query("CREATE TABLE staging (v INT)")
        connection.execute_query("INSERT INTO live VALUES (1)")
        connection.execute_query("INSERT INTO staging VALUES (2)")
        connection.execute_query("RENAME TABLE live TO retired, staging TO live")
        self.assert_rows(connection.execute_query("SELECT v FROM live"), [2])
        self.assert_rows(connection.execute_query("SELECT v FROM retired"), [1])
        return PyState.completed()


class Truncate(PyStateHandler):
    """TRUNCATE empties a table and starts its numbers again."""

    tags = ["ddl"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v INT)")
        connection.execute_query("INSERT INTO t (v) VALUES (1), (2)")
        connection.execute_query("TRUNCATE TABLE t")
        assert connection.execute_query("SELECT * FROM t") == []
        connection.execute_query("INSERT INTO t (v) VALUES (3)")
        self.assert_rows(connection.execute_query("SELECT id, v FROM t"), [(1, 3)])
        return PyState.completed()


@parametrize(
    "statement, number",
    [
        ("CREATE TABLE t (id INT)", 1050),
        ("DROP TABLE missing", 1051),
        ("SELECT * FROM missing", 1146),
        ("ALTER TABLE t ADD COLUMN id INT", 1060),
        ("ALTER TABLE t DROP COLUMN missing", 1091),
        ("CREATE TABLE (", 1064),
    ],
)
class RefusedStatement(PyStateHandler):
    """A refused statement says why by its number, and the connection stays usable."""

    tags = ["ddl"]
    statement: str
    number: int

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY, v INT)")
        with self.expect_error(self.number) as refused:
            connection.execute_query(self.statement)
        assert refused.error is not None
        assert len(refused.error.sqlstate) == 5 and refused.error.msg in str(refused.error)
        self.assert_rows(connection.execute_query("SELECT 1"), [1])
        return PyState.completed()
