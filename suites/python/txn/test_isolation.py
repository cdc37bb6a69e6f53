"""What transactions see of each other."""
from vitest_tidb import Connection, MultiConnectionTestHandler, PyState, PyStateContext, parametrize


def begin(connection: Connection, level: str) -> None:
    connection.execute_query("SET SESSION TRANSACTION ISOLATION LEVEL %s" % level)
    connection.start_transaction()


class TwoTransactions(MultiConnectionTestHandler):
    """For those below: a table with one account, and two connections."""

    connection_count = 2

    def __init__(self) -> None:
        super().__init__(connection_count=2)

    def enter(self, context: PyStateContext) -> str:
        context.connection.execute_query("CREATE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL)")
        context.connection.execute_query("INSERT INTO accounts VALUES (1, 100), (2, 100)")
        return super().enter(context)

    def execute(self, context: PyStateContext) -> str:
        first, second = self.connections
        self.assert_rows(first.execute_query("SELECT balance FROM accounts"), [100, 100])
        self.assert_rows(second.execute_query("SELECT balance FROM accounts"), [100, 100])
        return PyState.completed()


@parametrize("level", ["READ COMMITTED", "REPEATABLE READ"])
class NoDirtyRead(TwoTransactions):
    """What is not committed is not seen, whether it is committed later or not."""

    tags = ["txn"]
    level: str

    def execute(self, context: PyStateContext) -> str:
        writer, reader = self.connections
        begin(writer, self.level)
        writer.execute_query("UPDATE accounts SET balance = 0 WHERE id = 1")
        begin(reader, self.level)
        self.assert_rows(reader.execute_query("SELECT balance FROM accounts WHERE id = 1"), [100])
        writer.rollback()
        self.assert_rows(reader.execute_query("SELECT balance FROM accounts WHERE id = 1"), [100])
        reader.commit()
        return PyState.completed()


@parametrize("level, second_read", [("READ COMMITTED", 50), ("REPEATABLE READ", 100)])
class RepeatedRead(TwoTransactions):
    """A second read sees what was committed meanwhile under READ COMMITTED, and the first's snapshot otherwise."""

    tags = ["txn"]
    level: str
    second_read: int

    def execute(self, context: PyStateContext) -> str:
        writer, reader = self.connections
        begin(reader, self.level)
        self.assert_rows(reader.execute_query("SELECT balance FROM accounts WHERE id = 1"), [100])
        writer.execute_query("UPDATE accounts SET balance = 50 WHERE id = 1")
        self.assert_rows(reader.execute_query("SELECT balance FROM accounts WHERE id = 1"), [self.second_read])
        reader.commit()
        self.assert_rows(reader.execute_query("SELECT balance FROM accounts WHERE id = 1"), [50])
        return PyState.completed()


class NoPhantom(TwoTransactions):
    """A row that came later is not in the snapshot; a locking read finds it."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        writer, reader = self.connections
        begin(reader, "REPEATABLE READ")
        assert len(reader.execute_query("SELECT * FROM accounts")) == 2
        writer.execute_query("INSERT INTO accounts VALUES (3, 100)")
        assert len(reader.execute_query("SELECT * FROM accounts")) == 2
        assert len(reader.execute_query("SELECT * FROM accounts FOR UPDATE")) == 3
        reader.rollback()
        return PyState.completed()


class LostUpdate(TwoTransactions):
    """A balance that is read without a lock and written back loses what was written between, under REPEATABLE READ too."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        first, second = self.connections
        begin(first, "REPEATABLE READ")
        begin(second, "REPEATABLE READ")
        seen = [each.execute_query("SELECT balance FROM accounts WHERE id = 1")[0]["balance"] for each in self.connections]
        first.execute_query("UPDATE accounts SET balance = %d WHERE id = 1" % (seen[0] + 10))
        first.commit()
        second.execute_query("UPDATE accounts SET balance = %d WHERE id = 1" % (seen[1] + 10))
        second.commit()
        self.assert_rows(first.execute_query("SELECT balance FROM accounts WHERE id = 1"), [110])
        return PyState.completed()


class WriteSkew(TwoTransactions):
    """Two that each read both accounts and empty another may leave the sum below what each has checked."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        for number, connection in enumerate(self.connections, 1):
            begin(connection, "REPEATABLE READ")
            total = connection.execute_query("SELECT SUM(balance) AS total FROM accounts")[0]["total"]
            assert total - 100 >= 100
            connection.execute_query("UPDATE accounts SET balance = 0 WHERE id = %d" % number)
        for connection in self.connections:
            connection.commit()
        self.assert_rows(context.connection.execute_query("SELECT balance FROM accounts"), [0, 0])
        return PyState.completed()


class OptimisticConflict(TwoTransactions):
    """Of two optimistic transactions that write one row, the later commit fails and nothing of it stays."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        for connection in self.connections:
            connection.execute_query("BEGIN OPTIMISTIC")
            connection.execute_query("UPDATE accounts SET balance = balance + 1 WHERE id = 1")
        first, second = self.connections
        first.commit()
        with self.expect_error(9007, 8002):
            second.commit()
        self.assert_rows(second.execute_query("SELECT balance FROM accounts WHERE id = 1"), [101])
        return PyState.completed()
