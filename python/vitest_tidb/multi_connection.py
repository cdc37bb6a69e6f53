"""Handlers with several connections."""
from __future__ import annotations

import threading
from typing import Any, Dict, List, Mapping, Sequence, Tuple, Type, TypeVar

from .connection import Connection
from .context import PyStateContext
from .handler import PyStateHandler
from .real_connection import RealPyConnection
from .state import PyState

#: `{'connection_id': 0, 'operation': 'query', 'query': 'SELECT 1'}`
Operation = Mapping[str, Any]
#: `{'connection_id': 0, 'result': [...], 'status': 'success'}`
OperationResult = Dict[str, Any]

Self = TypeVar("Self", bound="MultiConnectionTestHandler")

_STATUS = {
    "query": "success",
    "start_transaction": "transaction_started",
    "commit": "committed",
    "rollback": "rolled_back",
}


class MultiConnectionTestHandler(PyStateHandler):
    """Has ``connection_count`` connections of its own, besides that of the context."""

    connection_count: int = 3
    connections: List[Connection]
    _opened: List[Connection]
    _opening: threading.RLock

    # Subclasses may leave the constructor uncalled.
    def __new__(cls: Type[Self], *_: Any, **__: Any) -> Self:
        handler = object.__new__(cls)
        handler.connections = []
        handler._opened = []
        handler._opening = threading.RLock()
        return handler

    def __init__(self, connection_count: int = 3) -> None:
        super().__init__()
        self.connection_count = connection_count

    def enter(self, context: PyStateContext) -> str:
        """Opens the connections ``conn_0``, ``conn_1`` … and puts them into ``self.connections`` and the context."""
        self.connections = self.get_connections(context, self.connection_count)
        context.connections = self.connections
        return PyState.connecting()

    def get_connections(self, context: PyStateContext, count: int) -> List[Connection]:
        """So many connections, autocommit on, none of them that of the context: the same ones each time.

        :raises ConnectError: one could not be opened
        """
        with self._opening:
            while len(self._opened) < count:
                connection = RealPyConnection(connection_id="conn_%d" % len(self._opened))
                self._opened.append(connection)
                if self.connections is not self._opened:
                    self.connections.append(connection)
            return self._opened[:count]

    def execute_concurrent_operations(self, operations: Sequence[Operation]) -> List[OperationResult]:
        """Runs operations: those of one connection in order, those of different connections at the same time.

        Each is ``{'connection_id': int, 'operation': 'query' | 'start_transaction' | 'commit' | 'rollback',
        'query': str}``. Each result, in the order of the operations, is ``{'connection_id', 'result', 'status'}``:
        ``result`` the rows of a query, else None; ``status`` one of ``success``, ``transaction_started``,
        ``committed``, ``rolled_back``, ``error``. What fails does not raise: its result has ``error``, a text.
        """
        results: List[OperationResult] = [{} for _ in operations]
        lanes: Dict[Any, List[Tuple[int, Operation]]] = {}
        for index, operation in enumerate(operations):
            lanes.setdefault(_lane(operation), []).append((index, operation))

        def run(lane: List[Tuple[int, Operation]]) -> None:
            for index, operation in lane:
                results[index] = self._result(operation)

        threads = [threading.Thread(target=run, args=(lane,), daemon=True) for lane in lanes.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def _result(self, operation: Operation) -> OperationResult:
        number = operation.get("connection_id")
        try:
            result = self._run(number, operation.get("operation"), operation.get("query"))
        except Exception as error:
            return {"connection_id": number, "result": None, "status": "error", "error": str(error)}
        return {"connection_id": number, "result": result, "status": _STATUS[operation["operation"]]}

    def _run(self, number: Any, kind: Any, query: Any) -> Any:
        connection = self._connection(number)
        if kind == "query":
            if not isinstance(query, str):
                raise ValueError("a query needs 'query', a str; it is %r" % (query,))
            return connection.execute_query(query)
        if kind not in _STATUS:
            raise ValueError("operation %r is none of %s" % (kind, ", ".join(_STATUS)))
        method = {"start_transaction": connection.start_transaction, "commit": connection.commit}
        method.get(kind, connection.rollback)()
        return None

    def _connection(self, number: Any) -> Connection:
        if isinstance(number, int) and not isinstance(number, bool) and number >= 0:
            with self._opening:
                if not self.connections and number < self.connection_count:
                    self.connections = self.get_connections(PyStateContext(), self.connection_count)
                if number < len(self.connections):
                    return self.connections[number]
        raise ValueError("connection_id %r: there are connections 0 to %d" % (number, len(self.connections) - 1))


def _lane(operation: Operation) -> Any:
    number = operation.get("connection_id")
    return number if isinstance(number, (int, str)) else repr(number)
