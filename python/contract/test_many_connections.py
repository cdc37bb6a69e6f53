"""Contract, "Many connections". Each docstring is the row that its handler proves."""
from typing import Any, Dict, Optional

from vitest_tidb import MultiConnectionTestHandler, PyState, PyStateContext, parametrize


def op(connection: Any, operation: str, query: Optional[str] = None) -> Dict[str, Any]:
    given = {"connection_id": connection, "operation": operation}
    return given if query is None else {**given, "query": query}


def identity(connection: Any) -> Any:
    return connection.execute_query("SELECT CONNECTION_ID() AS id")[0]["id"]


class EnterOpensConn0AndSoOn(MultiConnectionTestHandler):
    """MultiConnectionTestHandler(connection_count=3): enter opens connections conn_0 … and sets self.connections and context.connections."""

    def execute(self, context: PyStateContext) -> str:
        assert self.connection_count == 3
        assert [each.connection_id for each in self.connections] == ["conn_0", "conn_1", "conn_2"]
        assert context.connections == self.connections
        assert len({identity(each) for each in [*self.connections, context.connection]}) == 4
        return PyState.completed()


class GetConnectionsWithoutSuper(MultiConnectionTestHandler):
    """get_connections(context, n) -> list returns n autocommit connections, new and distinct from context.connection, opened on demand, kept for later calls; subclasses call it without ever calling super().enter()."""

    def __init__(self) -> None:
        pass

    def enter(self, context: PyStateContext) -> str:
        return PyState.connecting()

    def execute(self, context: PyStateContext) -> str:
        assert self.connections == []
        two = self.get_connections(context, 2)
        four = self.get_connections(context, 4)
        assert type(four) is list and len(two) == 2
        assert four[:2] == two
        assert all(each.execute_query("SELECT @@autocommit AS v")[0]["v"] == 1 for each in four)
        assert len({identity(each) for each in [*four, context.connection]}) == 5
        return PyState.completed()


class OperationsAndTheirResults(MultiConnectionTestHandler):
    """execute_concurrent_operations(ops) -> list: each result, in input order, {'connection_id', 'result': rows or None, 'status': 'success'|'transaction_started'|'committed'|'rolled_back'|'error', 'error': str only on error}."""

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        results = self.execute_concurrent_operations(
            [
                op(1, "start_transaction"),
                op(0, "query", "SELECT 5 AS n"),
                op(1, "query", "INSERT INTO t VALUES (1)"),
                op(1, "rollback"),
                op(1, "query", "INSERT INTO t VALUES (2)"),
                op(2, "commit"),
            ]
        )
        assert results == [
            {"connection_id": 1, "result": None, "status": "transaction_started"},
            {"connection_id": 0, "result": [{"n": 5}], "status": "success"},
            {"connection_id": 1, "result": [], "status": "success"},
            {"connection_id": 1, "result": None, "status": "rolled_back"},
            {"connection_id": 1, "result": [], "status": "success"},
            {"connection_id": 2, "result": None, "status": "committed"},
        ]
        assert context.connection.execute_query("SELECT id FROM t") == [{"id": 2}]
        return PyState.completed()


class OneOrderedLanePerConnectionLanesConcurrent(MultiConnectionTestHandler):
    """One ordered lane per connection, lanes concurrent."""

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v INT)")
        # Each waits for the user lock that the other lane holds until it has done its next step.
        locked = self.execute_concurrent_operations([op(0, "query", "SELECT GET_LOCK('lane', 10) AS got")])
        assert locked[0]["result"] == [{"got": 1}]
        results = self.execute_concurrent_operations(
            [
                op(1, "query", "SELECT GET_LOCK('lane', 10) AS got"),
                op(0, "query", "SELECT RELEASE_LOCK('lane') AS released"),
                *(op(2, "query", "INSERT INTO t (v) VALUES (%d)" % value) for value in range(20)),
            ]
        )
        assert [each["status"] for each in results] == ["success"] * 22
        assert results[0]["result"] == [{"got": 1}]
        rows = context.connection.execute_query("SELECT v FROM t ORDER BY id")
        assert [row["v"] for row in rows] == list(range(20))
        return PyState.completed()


class AFailedStatementIsAnErrorResult(MultiConnectionTestHandler):
    """A failed statement is an error result, not a raise; a bad id or operation likewise."""

    def execute(self, context: PyStateContext) -> str:
        results = self.execute_concurrent_operations(
            [
                op(0, "query", "SELECT * FROM nowhere"),
                op(0, "query", "SELECT 1 AS n"),
                op(7, "query", "SELECT 1"),
                op("0", "commit"),
                op(1, "explode"),
                op(1, "query"),
            ]
        )
        assert [each["status"] for each in results] == ["error", "success", "error", "error", "error", "error"]
        for each in results:
            assert sorted(each) == sorted(["connection_id", "result", "status"] + ["error"] * (each["status"] == "error"))
            assert each["status"] == "success" or (each["result"] is None and isinstance(each["error"], str))
        assert "1146" in results[0]["error"]
        return PyState.completed()


class OpenTransactionsAreRolledBackBeforeExit(MultiConnectionTestHandler):
    """After execute and before exit, open transactions on the handler's extra connections are rolled back: else the DROP TABLE of exit waits for ever on a metadata lock."""

    def execute(self, context: PyStateContext) -> str:
        context.connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        for number, connection in enumerate([*self.connections, self.connect("mine")]):
            connection.start_transaction()
            connection.execute_query("INSERT INTO t VALUES (%d)" % number)
        return PyState.completed()

    def exit(self, context: PyStateContext) -> None:
        assert context.connection.execute_query("SELECT * FROM t") == []
        context.connection.execute_query("DROP TABLE t")


@parametrize("name", ["context", "conn_0", "own"])
class LockWaitTimeoutIsThreeSeconds(MultiConnectionTestHandler):
    """Lock wait timeout of plugin sessions defaults to 3 s."""

    name: str

    def execute(self, context: PyStateContext) -> str:
        made: Dict[str, Any] = {"context": context.connection, "conn_0": self.connections[0], "own": self.connect()}
        rows = made[self.name].execute_query("SELECT @@innodb_lock_wait_timeout AS seconds")
        assert rows == [{"seconds": 3}]
        return PyState.completed()


