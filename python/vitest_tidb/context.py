"""What a handler is given."""
from __future__ import annotations

from dataclasses import dataclass
from typing import List, cast

from .connection import Connection


@dataclass
class PyStateContext:
    """Where the test's own clean database is, and connections to it. All of it is filled when a handler gets it."""

    host: str = cast(str, None)
    port: int = cast(int, None)
    username: str = cast(str, None)
    password: str = cast(str, None)
    database: str = cast(str, None)
    #: A session in ``database``.
    connection: Connection = cast(Connection, None)
    #: Further connections, for handlers that have opened some.
    connections: List[Connection] = cast(List[Connection], None)
