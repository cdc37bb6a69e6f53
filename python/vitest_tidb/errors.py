"""What goes wrong on a connection."""
from __future__ import annotations

from typing import Any, Mapping, Optional, cast


class QueryError(Exception):
    """A statement failed. The connection stays usable.

    ``args`` are the number and the text, as drivers for MySQL have them.
    """

    #: The server's number, such as 1062; 0 when it was not the server that refused.
    errno: int
    #: Five characters, such as "23000".
    sqlstate: str
    #: The server's text.
    msg: str
    #: Which failed statement of the handler it is.
    statement: Optional[int]

    def __init__(self, errno: int, msg: str, sqlstate: str = "HY000", statement: Optional[int] = None) -> None:
        super().__init__(errno, msg)
        self.errno = errno
        self.msg = msg
        self.sqlstate = sqlstate
        self.statement = statement

    def __str__(self) -> str:
        return "%d (%s): %s" % (self.errno, self.sqlstate, self.msg)


class ConnectError(QueryError):
    """A connection could not be opened."""


def numbers_of(data: Any, message: str) -> Mapping[str, Any]:
    """Arguments of ``QueryError`` from what the other side said of a failure."""
    said = cast(Mapping[str, Any], data if isinstance(data, dict) else {})
    errno, sqlstate, msg, statement = (said.get(name) for name in ("errno", "sqlstate", "msg", "statement"))
    return {
        "errno": errno if isinstance(errno, int) else 0,
        "sqlstate": sqlstate if isinstance(sqlstate, str) else "HY000",
        "msg": msg if isinstance(msg, str) else message,
        "statement": statement if isinstance(statement, int) else None,
    }
