"""Tests of TiDB, written in Python and run by Vitest.

A test is a subclass of :class:`PyStateHandler` in a file ``test_*.py``::

    from vitest_tidb import PyState, PyStateContext, PyStateHandler


    class OneRow(PyStateHandler):
        def execute(self, context: PyStateContext) -> str:
            context.connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
            context.connection.execute_query("INSERT INTO t VALUES (1)")
            self.assert_rows(context.connection.execute_query("SELECT id FROM t"), [{"id": 1}])
            return PyState.completed()
"""
from .connection import Connection
from .context import PyStateContext
from .errors import ConnectError, QueryError
from .handler import AsyncPyStateHandler, PyStateHandler
from .marks import expected_failure, parametrize, skip, skip_if
from .mock_connection import PyConnection
from .multi_connection import MultiConnectionTestHandler
from .real_connection import RealPyConnection
from .row import Row
from .started_statement import StartedStatement, StatementState
from .state import PyState

__all__ = [
    "AsyncPyStateHandler",
    "ConnectError",
    "Connection",
    "MultiConnectionTestHandler",
    "PyConnection",
    "PyState",
    "PyStateContext",
    "PyStateHandler",
    "QueryError",
    "RealPyConnection",
    "Row",
    "StartedStatement",
    "StatementState",
    "expected_failure",
    "parametrize",
    "skip",
    "skip_if",
]
