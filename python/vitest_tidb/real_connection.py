"""A connection to TiDB."""
from __future__ import annotations

import threading
from typing import Any, List, Optional, Union

from . import _dry_run, endpoint
from ._host import rpc
from ._host.values import read_rows
from .connection import Connection, checked_sql
from .errors import ConnectError, QueryError, numbers_of
from .mock_connection import count_mock, mock_rows
from .row import Row
from .started_statement import StartedStatement, refused


class RealPyConnection(Connection):
    """A session with TiDB, autocommit on. Each is of its own; any number of threads may use one.

    What is not given is taken from ``connection_info`` (a mapping, or an object with such attributes), then from
    ``TIDB_HOST``, ``TIDB_PORT``, ``TIDB_USER``, ``TIDB_PASSWORD``, ``TIDB_DATABASE``: in a test these name its own clean
    database. ``host`` may be ``name:port`` or ``[v6]:port``. In a dry run it is a mock.

    :raises ConnectError: there is no such server or database, or it refused
    """

    def __init__(
        self,
        connection_info: Any = None,
        connection_id: str = "default",
        host: Optional[str] = None,
        port: Union[int, str, None] = None,
        username: Optional[str] = None,
        password: Optional[str] = None,
        database: Optional[str] = None,
    ) -> None:
        self.connection_id = str(connection_id)
        self._lock = threading.Lock()
        self._number = -1
        where = endpoint.resolve(connection_info, host, port, username, password, database)
        self.host, self.port, self.username, self.database = where.host, where.port, where.username, where.database
        self._mock = _dry_run.active
        if self._mock:
            count_mock()
            return
        options = {"id": self.connection_id, **where._asdict()}
        try:
            self._number = rpc.field(rpc.request("connection.open", {"options": options}), "connection", int)
        except rpc.RemoteError as error:
            raise ConnectError(**numbers_of(error.data, error.message)) from error
        except rpc.Disconnected as error:
            raise ConnectError(0, "no connection: %s; run the file with `tidb-test python`" % error) from error

    def execute_query(self, sql: str) -> List[Row]:
        text = checked_sql(sql)
        with self._lock:
            self._show(text)
            if self._mock:
                return mock_rows(text)
            try:
                result = rpc.request("connection.execute", {"connection": self._number, "sql": text})
            except rpc.RemoteError as error:
                raise QueryError(**numbers_of(error.data, error.message)) from error
            except rpc.Disconnected as error:
                raise QueryError(0, str(error)) from error
        labels, rows = read_rows(result)
        return [Row(labels, row) for row in rows]

    def start(self, sql: str) -> StartedStatement:
        """Sends a statement and does not wait for its end: for one that another transaction blocks.

        Whatever is asked of this connection afterwards comes after that statement.
        """
        text = checked_sql(sql)
        with self._lock:
            self._show(text)
            if self._mock:
                return StartedStatement(None, self.connection_id, text)
            try:
                answer = rpc.request("statement.start", {"connection": self._number, "sql": text})
            except rpc.RemoteError as error:
                raise refused(error) from error
        return StartedStatement(rpc.field(answer, "statement", int), self.connection_id, text)

    def close(self) -> None:
        if not self._mock:
            rpc.request("connection.close", {"connection": self._number})
