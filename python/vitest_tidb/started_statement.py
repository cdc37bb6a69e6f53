"""A statement that is under way."""
from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Union

from ._host import rpc
from ._host.values import read_rows
from .connection import Connection, without_passwords
from .errors import QueryError, numbers_of
from .mock_connection import mock_rows
from .row import Row


class StatementState(NamedTuple):
    #: "running", "blocked", "done" or "failed".
    status: str
    #: Who certainly blocks it: ids of connections.
    blocked_by: List[str]
    #: Who may block it.
    candidates: List[str]
    #: What it waits for, such as a row or a table; None when it does not wait.
    on: Optional[str]


class StartedStatement:
    """Comes from ``RealPyConnection.start``."""

    def __init__(self, number: Optional[int], connection_id: str, sql: str) -> None:
        self._number = number
        self.connection_id = connection_id
        self.sql = sql

    def state(self) -> StatementState:
        """How it stands now."""
        return self._ask({"until": "now"})

    def blocked_by(self, timeout: Optional[float] = None) -> List[str]:
        """Waits until it is blocked or has ended, and tells by which connections it is blocked; by none when it ended.

        :param timeout: seconds, 10 when None
        """
        return self._settled(timeout).blocked_by

    def assert_blocked_by(self, *connections: Union[Connection, str], timeout: Optional[float] = None) -> None:
        """Waits until it is blocked or has ended.

        :raises AssertionError: it is not blocked, or not by exactly these
        """
        if self._number is None:
            return
        wanted = sorted(each if isinstance(each, str) else each.connection_id for each in connections)
        state = self._settled(timeout)
        found = sorted(state.blocked_by or state.candidates)
        if state.status == "blocked" and found == wanted:
            return
        by = " by %s" % ", ".join(found) if state.status == "blocked" else ""
        raise AssertionError(
            "expected to be blocked by %s, and it is %s%s: %s"
            % (", ".join(wanted) or "nobody", state.status, by, without_passwords(self.sql))
        )

    def result(self) -> List[Row]:
        """Waits until it has ended.

        :raises QueryError: it failed
        """
        if self._number is None:
            return mock_rows(self.sql)
        try:
            labels, rows = read_rows(rpc.request("statement.result", {"statement": self._number}))
        except rpc.RemoteError as error:
            raise refused(error) from error
        return [Row(labels, row) for row in rows]

    def _settled(self, timeout: Optional[float]) -> StatementState:
        return self._ask({"until": "ended-or-blocked", "timeout": None if timeout is None else timeout * 1000})

    def _ask(self, params: Dict[str, Any]) -> StatementState:
        if self._number is None:
            return StatementState("done", [], [], None)
        try:
            answer = rpc.request("statement.state", {"statement": self._number, **params})
        except rpc.RemoteError as error:
            raise refused(error) from error
        return StatementState(
            rpc.field(answer, "status", str),
            rpc.field(answer, "blockers", list),
            rpc.field(answer, "candidates", list),
            rpc.field(answer, "on", (str, type(None))),
        )


def refused(error: rpc.RemoteError) -> QueryError:
    return QueryError(**numbers_of(error.data, error.message))
