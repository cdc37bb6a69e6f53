"""A connection to nothing."""
from __future__ import annotations

import ast
import re
import threading
from typing import Any, ClassVar, Dict, List, Mapping, Optional, Sequence, Union

from .connection import Connection, checked_sql
from .row import Row

#: Rows that are told in advance: dictionaries, or values in the order of columns.
CannedRow = Union[Mapping[str, Any], Sequence[Any]]

_WITH_ROWS = re.compile(r"\s*\(*\s*(?:select|show|with|values|table|desc|describe|explain|admin|check|analyze)\b", re.I)
_SELECT_LIST = re.compile(r"\s*select\s+(?:distinct\s+)?(.*?)(?:\s+from\s.*)?;?\s*$", re.IGNORECASE | re.DOTALL)
_ALIAS = re.compile(r"^(.*?)\s+(?:as\s+)?([`'\"]?)(\w+)\2$", re.IGNORECASE | re.DOTALL)


class MockRow(Row):
    """A row of a mock: a column that it can't know of is 1, so that the flow of a handler goes on."""

    __slots__ = ()

    def __missing__(self, key: object) -> Any:
        position = self._position(key)
        return 1 if position is None else self._values[position]

    def __contains__(self, key: object) -> bool:
        return True


class PyConnection(Connection):
    """The mock: it has no server, remembers what it was asked, and answers canned rows.

    For trying the flow of a handler. A run on it is reported as a dry run, never as passed. Rows are those of ``can``;
    else a statement that returns rows returns one: literals as they stand, everything else 1.
    """

    #: How many have been made in this process.
    made: ClassVar[int] = 0
    _counting: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, connection_id: str = "mock", *_: Any, **__: Any) -> None:
        self.connection_id = str(connection_id)
        #: What it was asked, in order.
        self.statements: List[str] = []
        self._canned: Dict[str, List[Row]] = {}
        count_mock()

    def can(self, sql: str, rows: Sequence[CannedRow]) -> None:
        """From now on it answers this statement with these rows."""
        self._canned[_normal(sql)] = [_row(row) for row in rows]

    def execute_query(self, sql: str) -> List[Row]:
        text = checked_sql(sql)
        self._show(text)
        self.statements.append(text)
        canned = self._canned.get(_normal(text))
        if canned is not None:
            return list(canned)
        return [mock_row(text)] if _WITH_ROWS.match(text) else []

    def close(self) -> None:
        """Does nothing."""


def count_mock() -> None:
    with PyConnection._counting:  # pyright: ignore[reportPrivateUsage]
        PyConnection.made += 1


def mock_rows(sql: str) -> List[Row]:
    return [mock_row(sql)] if _WITH_ROWS.match(sql) else []


def mock_row(sql: str) -> MockRow:
    found = _SELECT_LIST.match(sql)
    items = _split(found.group(1)) if found is not None else []
    labels: List[str] = []
    values: List[Any] = []
    for item in items:
        aliased = _ALIAS.match(item)
        expression, label = (aliased.group(1), aliased.group(3)) if aliased is not None else (item, item)
        if label == "*" or label.endswith(".*"):
            continue
        labels.append(label.strip("`").rpartition(".")[2] if re.match(r"^[a-z_`][\w.`]*$", label, re.IGNORECASE) else label)
        values.append(_literal(expression))
    return MockRow(labels, tuple(values))


def _literal(expression: str) -> Any:
    try:
        value = ast.literal_eval(expression.strip())
    except (ValueError, SyntaxError):
        return 1
    return value if isinstance(value, (int, float, str)) else 1


def _split(text: str) -> List[str]:
    """At commas that are in no brackets and no quotes."""
    parts: List[str] = [""]
    depth = 0
    quote: Optional[str] = None
    for character in text:
        if quote is not None:
            quote = None if character == quote else quote
        elif character in "'\"`":
            quote = character
        else:
            depth += (character == "(") - (character == ")")
            if character == "," and depth == 0:
                parts.append("")
                continue
        parts[-1] += character
    return [part.strip() for part in parts]


def _row(row: CannedRow) -> Row:
    if isinstance(row, Mapping):
        return Row(list(row), tuple(row.values()))
    return Row(["col_%d" % index for index in range(len(row))], tuple(row))


def _normal(sql: str) -> str:
    return " ".join(sql.split()).rstrip("; ").lower()
