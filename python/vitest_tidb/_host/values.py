"""Rows as they cross: for each column a type, for each value the server's own text, None, or base64 of bytes."""
from __future__ import annotations

import base64
import binascii
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Callable, Dict, List, Mapping, Tuple, Union

from .rpc import InvalidField, field


def _bit(text: str) -> int:
    return int.from_bytes(base64.b64decode(text, validate=True), "big")


def _date(text: str) -> Union[date, str]:
    # Zero dates have no date to stand for them, and stay what the server shows.
    return text if _is_zero(text) else date.fromisoformat(text)


def _datetime(text: str) -> Union[datetime, str]:
    if _is_zero(text):
        return text
    moment, _, fraction = text.partition(".")
    parsed = datetime.fromisoformat(moment)
    return parsed.replace(microsecond=int(fraction.ljust(6, "0"))) if fraction else parsed


def _is_zero(text: str) -> bool:
    return text[:4] == "0000" or text[5:7] == "00" or text[8:10] == "00"


def _time(text: str) -> timedelta:
    negative = text.startswith("-")
    hours, minutes, seconds = text.lstrip("-").split(":")
    whole, _, fraction = seconds.partition(".")
    span = timedelta(
        hours=int(hours), minutes=int(minutes), seconds=int(whole), microseconds=int(fraction.ljust(6, "0") or 0)
    )
    return -span if negative else span


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


_READERS: Dict[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "decimal": Decimal,
    "str": str,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "bytes": _bytes,
    "bit": _bit,
}

_UNREADABLE = (ValueError, InvalidOperation, binascii.Error)


def read_rows(result: Any) -> Tuple[List[str], List[Tuple[Any, ...]]]:
    """Labels and rows of an answer to ``connection.execute`` or ``statement.result``.

    :raises InvalidField: a value is not what its column says
    """
    if not isinstance(result, Mapping):
        raise InvalidField("the result of a statement: expected an object, got %s" % type(result).__name__)
    columns = field(result, "columns", list)
    rows = field(result, "rows", list)
    labels: List[str] = []
    readers: List[Callable[[str], Any]] = []
    for index, column in enumerate(columns):
        labels.append(field(column, "name", str, "columns[%d]" % index))
        kind = field(column, "type", str, "columns[%d]" % index)
        if kind not in _READERS:
            raise InvalidField("field 'columns[%d].type': there is no type '%s'" % (index, kind))
        readers.append(_READERS[kind])
    return labels, [_read_row(row, index, columns, readers) for index, row in enumerate(rows)]


def _read_row(
    row: Any, index: int, columns: List[Dict[str, Any]], readers: List[Callable[[str], Any]]
) -> Tuple[Any, ...]:
    if not isinstance(row, list) or len(row) != len(readers):
        raise InvalidField("field 'rows[%d]': expected a list of %d values" % (index, len(readers)))
    values: List[Any] = []
    for at, text in enumerate(row):
        if text is None:
            values.append(None)
            continue
        column = columns[at]
        if not isinstance(text, str):
            name = "rows[%d][%d] (%s)" % (index, at, column["name"])
            raise InvalidField("field '%s': expected str or null, got %s" % (name, type(text).__name__))
        try:
            values.append(readers[at](text))
        except _UNREADABLE as error:
            name = "rows[%d][%d] (%s)" % (index, at, column["name"])
            raise InvalidField("field '%s': %r is no %s: %s" % (name, text[:80], column["type"], error)) from None
    return tuple(values)
