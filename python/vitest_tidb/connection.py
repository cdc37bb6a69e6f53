"""What all connections can do."""
from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from types import TracebackType
from typing import List, Optional, Type, TypeVar

from .row import Row

Self = TypeVar("Self", bound="Connection")

# One of `IDENTIFIED BY 'secret'`, `PASSWORD = 'secret'`, `PASSWORD('secret')`.
_SECRET = re.compile(
    r"(\b(?:identified\b[^'\"]*?\b(?:by|as)|password(?:\s+for\b[^=]*?)?)\s*[=(]?\s*)"
    r"('(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\")",
    re.IGNORECASE | re.DOTALL,
)


class Connection(ABC):
    """A connection, real or mock."""

    #: What it is called in logs and reports.
    connection_id: str

    @abstractmethod
    def execute_query(self, sql: str) -> List[Row]:
        """Runs one statement of any kind.

        :returns: its rows; an empty list when it has none
        :raises QueryError: the server refused it
        """

    def start_transaction(self) -> None:
        """Sends START TRANSACTION, which commits a transaction that is open already."""
        self.execute_query("START TRANSACTION")

    def commit(self) -> None:
        self.execute_query("COMMIT")

    def rollback(self) -> None:
        self.execute_query("ROLLBACK")

    @abstractmethod
    def close(self) -> None:
        """Ends it. Connections that are left open are ended with the test."""

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def _show(self, sql: str) -> None:
        if os.environ.get("SHOW_SQL", "").lower() == "true":
            print("[%s] %s" % (self.connection_id, without_passwords(sql)), flush=True)


def without_passwords(sql: str) -> str:
    """A statement as it may be shown to anybody."""
    return _SECRET.sub(lambda found: found.group(1) + "'***'", sql)


def checked_sql(sql: object) -> str:
    """:raises TypeError: it is no text; :raises UnicodeEncodeError: it has half of a surrogate pair, which no UTF-8 has"""
    if not isinstance(sql, str):
        raise TypeError("execute_query() takes a statement as str, and got %s" % type(sql).__name__)
    if not sql.isascii():
        sql.encode("utf-8")
    return sql
