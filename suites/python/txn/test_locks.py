"""Who waits for whom, and what ends a wait."""
from vitest_tidb import MultiConnectionTestHandler, PyState, PyStateContext, PyStateHandler, QueryError


def accounts(context: PyStateContext) -> None:
    context.connection.execute_query("CREATE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL)")
    context.connection.execute_query("INSERT INTO accounts VALUES (1, 100), (2, 100)")


class WriteWaitsForWrite(PyStateHandler):
    """A write waits for the transaction that has written the row, and comes after it."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        accounts(context)
        first, second = context.connection, self.connect("second")
        first.start_transaction()
        first.execute_query("UPDATE accounts SET balance = balance - 10 WHERE id = 1")
        waiting = second.start("UPDATE accounts SET balance = balance * 2 WHERE id = 1")
        assert waiting.blocked_by() == ["default"]
        first.commit()
        waiting.result()
        self.assert_rows(first.execute_query("SELECT balance FROM accounts WHERE id = 1"), [180])
        return PyState.completed()


class OtherRowIsFree(PyStateHandler):
    """A locked row keeps nobody from another one."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        accounts(context)
        first, second = context.connection, self.connect()
        first.start_transaction()
        first.execute_query("SELECT * FROM accounts WHERE id = 1 FOR UPDATE")
        other = second.start("UPDATE accounts SET balance = 0 WHERE id = 2")
        assert other.blocked_by() == []
        assert other.state().status == "done"
        first.rollback()
        return PyState.completed()


class Deadlock(MultiConnectionTestHandler):
    """Two that wait for each other: one is ended with 1213, the other goes on."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        accounts(context)
        (first, second) = self.get_connections(context, 2)
        first.start_transaction()
        second.start_transaction()
        first.execute_query("UPDATE accounts SET balance = 1 WHERE id = 1")
        second.execute_query("UPDATE accounts SET balance = 2 WHERE id = 2")
        results = self.execute_concurrent_operations(
            [
                {"connection_id": 0, "operation": "query", "query": "UPDATE accounts SET balance = 1 WHERE id = 2"},
                {"connection_id": 1, "operation": "query", "query": "UPDATE accounts SET balance = 2 WHERE id = 1"},
            ]
        )
        assert sorted(result["status"] for result in results) == ["error", "success"]
        victim = next(result for result in results if result["status"] == "error")
        assert "1213" in victim["error"] and "Deadlock" in victim["error"]
        winner: int = 1 - victim["connection_id"]
        self.connections[winner].commit()
        self.assert_rows(context.connection.execute_query("SELECT balance FROM accounts"), [winner + 1, winner + 1])
        return PyState.completed()


class LockWaitTimeout(PyStateHandler):
    """Who has waited long enough gets 1205, and the transaction stays open with what it has done."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        accounts(context)
        first, second = context.connection, self.connect("second")
        second.execute_query("SET innodb_lock_wait_timeout = 1")
        first.start_transaction()
        first.execute_query("UPDATE accounts SET balance = 0 WHERE id = 1")
        second.start_transaction()
        second.execute_query("UPDATE accounts SET balance = 7 WHERE id = 2")
        with self.expect_error(1205):
            second.execute_query("UPDATE accounts SET balance = 7 WHERE id = 1")
        first.rollback()
        second.execute_query("UPDATE accounts SET balance = 7 WHERE id = 1")
        second.commit()
        self.assert_rows(first.execute_query("SELECT balance FROM accounts"), [7, 7])
        return PyState.completed()


class NoWait(PyStateHandler):
    """FOR UPDATE NOWAIT fails at once where the row is locked."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        accounts(context)
        first, second = context.connection, self.connect()
        first.start_transaction()
        first.execute_query("SELECT * FROM accounts WHERE id = 1 FOR UPDATE")
        second.start_transaction()
        with self.expect_error(3572):
            second.execute_query("SELECT * FROM accounts WHERE id = 1 FOR UPDATE NOWAIT")
        first.commit()
        assert len(second.execute_query("SELECT * FROM accounts WHERE id = 1 FOR UPDATE NOWAIT")) == 1
        return PyState.completed()


class KilledStatement(PyStateHandler):
    """KILL QUERY ends a statement that waits, and takes nothing else with it."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        accounts(context)
        first, second = context.connection, self.connect("second")
        number = second.execute_query("SELECT CONNECTION_ID() AS number")[0]["number"]
        first.start_transaction()
        first.execute_query("UPDATE accounts SET balance = 0 WHERE id = 1")
        waiting = second.start("UPDATE accounts SET balance = 1 WHERE id = 1")
        waiting.assert_blocked_by(first)
        first.execute_query("KILL QUERY %d" % number)
        with self.expect_error(1317):
            waiting.result()
        first.rollback()
        balance = "SELECT balance FROM accounts WHERE id = 1"
        try:
            self.assert_rows(second.execute_query(balance), [100])
        except QueryError as error:
            # TiDB wakes the killed connection's reads once its statement has ended, and so closes it now and then, where
            # that reads already for the next one (killQuery in pkg/server/server.go of 8.5).
            if "has lost its connection" not in str(error):
                raise
            self.assert_rows(first.execute_query(balance), [100])
        return PyState.completed()
