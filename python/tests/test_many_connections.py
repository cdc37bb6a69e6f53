"""Contract: many connections."""
import threading
import unittest
from typing import Any, List

from vitest_tidb import MultiConnectionTestHandler, PyConnection, PyStateContext, QueryError, Row, _dry_run


class Recording(PyConnection):
    """Fails on request, and waits for others on request."""

    meeting = threading.Barrier(2)

    def execute_query(self, sql: str) -> List[Row]:
        if sql == "meet":
            self.meeting.wait(timeout=10)
        if sql == "fail":
            raise QueryError(1213, "Deadlock found", "40001")
        return super().execute_query(sql)


def op(connection: Any, operation: Any, query: Any = None) -> Any:
    given = {"connection_id": connection, "operation": operation}
    return given if query is None else {**given, "query": query}


class OperationsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.handler = MultiConnectionTestHandler(connection_count=2)
        self.first, self.second = Recording("a"), Recording("b")
        self.handler.connections = [self.first, self.second]

    def test_each_result_in_input_order_with_its_exact_keys(self) -> None:
        results = self.handler.execute_concurrent_operations(
            [
                op(1, "start_transaction"),
                op(0, "query", "SELECT 5 AS n"),
                op(1, "query", "INSERT INTO t VALUES (1)"),
                op(1, "commit"),
                op(0, "rollback"),
            ]
        )
        self.assertEqual(
            results,
            [
                {"connection_id": 1, "result": None, "status": "transaction_started"},
                {"connection_id": 0, "result": [{"n": 5}], "status": "success"},
                {"connection_id": 1, "result": [], "status": "success"},
                {"connection_id": 1, "result": None, "status": "committed"},
                {"connection_id": 0, "result": None, "status": "rolled_back"},
            ],
        )

    def test_one_ordered_lane_per_connection(self) -> None:
        self.handler.execute_concurrent_operations([op(n % 2, "query", "SELECT %d" % n) for n in range(20)])
        self.assertEqual(self.first.statements, ["SELECT %d" % n for n in range(0, 20, 2)])
        self.assertEqual(self.second.statements, ["SELECT %d" % n for n in range(1, 20, 2)])

    def test_lanes_are_concurrent(self) -> None:
        results = self.handler.execute_concurrent_operations([op(0, "query", "meet"), op(1, "query", "meet")])
        self.assertEqual([each["status"] for each in results], ["success", "success"])

    def test_a_failed_statement_is_an_error_result_and_the_lane_goes_on(self) -> None:
        failed, after = self.handler.execute_concurrent_operations([op(0, "query", "fail"), op(0, "commit")])
        self.assertEqual((failed["status"], failed["result"]), ("error", None))
        self.assertIn("Deadlock found", failed["error"])
        self.assertEqual(after["status"], "committed")

    def test_a_bad_id_or_operation_is_an_error_result_likewise(self) -> None:
        for bad in (op(2, "query", "SELECT 1"), op(-1, "commit"), op("0", "commit"), op(None, "commit"), op([], "commit")):
            (result,) = self.handler.execute_concurrent_operations([bad])
            self.assertEqual((result["status"], result["result"]), ("error", None))
            self.assertIn("there are connections 0 to 1", result["error"])
        (result,) = self.handler.execute_concurrent_operations([op(0, "explode")])
        self.assertIn("'explode' is none of query, start_transaction, commit, rollback", result["error"])
        (result,) = self.handler.execute_concurrent_operations([op(0, "query")])
        self.assertIn("a query needs 'query'", result["error"])

    def test_nothing_to_do_is_no_result(self) -> None:
        self.assertEqual(self.handler.execute_concurrent_operations([]), [])


class ConnectionsTest(unittest.TestCase):
    def setUp(self) -> None:
        _dry_run.set_active(True)
        self.addCleanup(_dry_run.set_active, False)
        self.context = PyStateContext(connection=PyConnection())

    def test_enter_opens_conn_0_and_so_on_and_sets_both_lists(self) -> None:
        handler = MultiConnectionTestHandler()
        handler.enter(self.context)
        self.assertEqual([each.connection_id for each in handler.connections], ["conn_0", "conn_1", "conn_2"])
        self.assertEqual(self.context.connections, handler.connections)

    def test_get_connections_opens_on_demand_and_keeps_for_later_calls(self) -> None:
        handler = MultiConnectionTestHandler()
        two = handler.get_connections(self.context, 2)
        four = handler.get_connections(self.context, 4)
        self.assertEqual([id(each) for each in four[:2]], [id(each) for each in two])
        self.assertEqual(len({id(each) for each in four} | {id(self.context.connection)}), 5)
        self.assertEqual(handler.get_connections(self.context, 1), four[:1])

    def test_operations_find_connections_that_nobody_has_opened(self) -> None:
        results = MultiConnectionTestHandler().execute_concurrent_operations([op(2, "commit"), op(3, "commit")])
        self.assertEqual([each["status"] for each in results], ["committed", "error"])


if __name__ == "__main__":
    unittest.main()
