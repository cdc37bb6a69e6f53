"""Transactions of one connection, and many at once."""
from typing import Any, Dict, List

from vitest_tidb import MultiConnectionTestHandler, PyState, PyStateContext, PyStateHandler


class CommitAndRollback(PyStateHandler):
    """What is rolled back never was; what is committed stays, for others too."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        connection, other = context.connection, self.connect()
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        connection.start_transaction()
        connection.execute_query("INSERT INTO t VALUES (1)")
        connection.rollback()
        connection.start_transaction()
        connection.execute_query("INSERT INTO t VALUES (2)")
        assert other.execute_query("SELECT * FROM t") == []
        connection.commit()
        self.assert_rows(other.execute_query("SELECT id FROM t"), [2])
        return PyState.completed()


class NestedStart(PyStateHandler):
    """START TRANSACTION in a transaction commits it."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        connection.start_transaction()
        connection.execute_query("INSERT INTO t VALUES (1)")
        connection.start_transaction()
        connection.execute_query("INSERT INTO t VALUES (2)")
        connection.rollback()
        self.assert_rows(connection.execute_query("SELECT id FROM t"), [1])
        return PyState.completed()


class Savepoints(PyStateHandler):
    """ROLLBACK TO takes back what came after the savepoint, and nothing else."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        connection.start_transaction()
        connection.execute_query("INSERT INTO t VALUES (1)")
        connection.execute_query("SAVEPOINT here")
        connection.execute_query("INSERT INTO t VALUES (2)")
        connection.execute_query("ROLLBACK TO here")
        connection.execute_query("INSERT INTO t VALUES (3)")
        connection.commit()
        self.assert_rows(connection.execute_query("SELECT id FROM t ORDER BY id"), [1, 3])
        with self.expect_error(1305):
            connection.execute_query("ROLLBACK TO here")
        return PyState.completed()


class FailedStatementInTransaction(PyStateHandler):
    """A statement that fails takes only itself back: all of its rows, and none of those before."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        connection.start_transaction()
        connection.execute_query("INSERT INTO t VALUES (1)")
        with self.expect_error(1062):
            connection.execute_query("INSERT INTO t VALUES (2), (1)")
        connection.execute_query("INSERT INTO t VALUES (3)")
        connection.commit()
        self.assert_rows(connection.execute_query("SELECT id FROM t ORDER BY id"), [1, 3])
        return PyState.completed()


class DdlCommits(PyStateHandler):
    """A schema change commits the transaction that is open."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        connection.start_transaction()
        connection.execute_query("INSERT INTO t VALUES (1)")
        connection.execute_query("CREATE TABLE u (id INT PRIMARY KEY)")
        connection.rollback()
        self.assert_rows(connection.execute_query("SELECT id FROM t"), [1])
        return PyState.completed()


class ReadOnly(PyStateHandler):
    """A read-only transaction is refused, since it would not keep anybody from writing."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        with self.expect_error(1235):
            connection.execute_query("START TRANSACTION READ ONLY")
        return PyState.completed()


class ConcurrentCounter(MultiConnectionTestHandler):
    """Increments of several connections at once are all counted."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("CREATE TABLE counter (id INT PRIMARY KEY, n INT NOT NULL)")
        context.connection.execute_query("INSERT INTO counter VALUES (1, 0)")
        results = self.execute_concurrent_operations(
            [
                {"connection_id": lane, "operation": "query", "query": "UPDATE counter SET n = n + 1 WHERE id = 1"}
                for _ in range(10)
                for lane in range(3)
            ]
        )
        assert [result["status"] for result in results] == ["success"] * 30
        self.assert_rows(context.connection.execute_query("SELECT n FROM counter"), [30])
        return PyState.completed()


class ConcurrentTransfers(MultiConnectionTestHandler):
    """Transfers in transactions of their own leave the sum as it was."""

    tags = ["txn"]

    def execute(self, context: PyStateContext) -> str:
        connection = context.connection
        connection.execute_query("CREATE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL)")
        connection.execute_query("INSERT INTO accounts VALUES (0, 100), (1, 100), (2, 100)")
        operations: List[Dict[str, Any]] = []
        for lane in range(3):
            # All lock the lower number first: there is no deadlock.
            low, high = sorted((lane, (lane + 1) % 3))
            operations += [{"connection_id": lane, "operation": "start_transaction"}]
            for account, change in ((low, -10), (high, 10)):
                query = "UPDATE accounts SET balance = balance + %d WHERE id = %d" % (change, account)
                operations += [{"connection_id": lane, "operation": "query", "query": query}]
            operations += [{"connection_id": lane, "operation": "commit"}]
        results = self.execute_concurrent_operations(operations)
        assert [result for result in results if result["status"] == "error"] == []
        assert [result["status"] for result in results[:4]] == ["transaction_started", "success", "success", "committed"]
        self.assert_rows(connection.execute_query("SELECT balance FROM accounts ORDER BY id"), [80, 100, 120])
        return PyState.completed()
