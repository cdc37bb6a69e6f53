"""Rows against what they should be."""
from __future__ import annotations

from typing import Any, List, Mapping, Sequence, cast

from .row import Row

_MOST = 20


def assert_same_rows(actual: Sequence[Any], expected: Sequence[Any], ordered: bool) -> None:
    """:raises AssertionError: with both, row by row"""
    wanted = list(expected)
    got = [_like(row, wanted) for row in actual]
    if (got == wanted) if ordered else _same_in_any_order(got, wanted):
        return
    # Rows of one form are easier to compare for people as well.
    lines = _ordered_lines(got, wanted) if ordered else _unordered_lines(got, wanted)
    counts = "expected %s, got %s" % (_count(len(wanted)), _count(len(got)))
    rest = ["  … and %d more lines" % (len(lines) - 2 * _MOST)] if len(lines) > 2 * _MOST else []
    text = "\n".join(["rows differ: %s (- expected, + actual)" % counts, *lines[: 2 * _MOST], *rest])
    raise AssertionError(text)


def _like(row: Any, expected: List[Any]) -> Any:
    """A row in the form in which rows are expected."""
    model = expected[0] if expected else None
    if isinstance(model, Mapping) or not isinstance(row, Mapping):
        return row  # pyright: ignore[reportUnknownVariableType]
    values = row.as_tuple() if isinstance(row, Row) else tuple(cast(Mapping[str, Any], row).values())
    if isinstance(model, tuple):
        return values
    if isinstance(model, list):
        return list(values)
    return values[0] if expected and len(values) == 1 else cast(Any, row)


def _same_in_any_order(got: List[Any], wanted: List[Any]) -> bool:
    return len(got) == len(wanted) and not _missing(got, wanted)


def _missing(rows: List[Any], others: List[Any]) -> List[Any]:
    """Those of ``others`` that ``rows`` has not, as often as it has not. Rows need be neither hashable nor sortable."""
    rest = list(rows)
    missing: List[Any] = []
    for other in others:
        if other in rest:
            rest.remove(other)
        else:
            missing.append(other)
    return missing


def _ordered_lines(got: List[Any], wanted: List[Any]) -> List[str]:
    lines: List[str] = []
    for index in range(max(len(got), len(wanted))):
        if index < len(got) and index < len(wanted) and got[index] == wanted[index]:
            lines.append("   [%d] %s" % (index, _text(got[index])))
            continue
        if index < len(wanted):
            lines.append(" - [%d] %s" % (index, _text(wanted[index])))
        if index < len(got):
            lines.append(" + [%d] %s" % (index, _text(got[index])))
    return lines


def _unordered_lines(got: List[Any], wanted: List[Any]) -> List[str]:
    missing = [" - %s" % _text(row) for row in _missing(got, wanted)]
    return missing + [" + %s" % _text(row) for row in _missing(wanted, got)]


def _text(row: Any) -> str:
    text = repr(row)
    return text if len(text) <= 400 else text[:400] + "…"


def _count(number: int) -> str:
    return "1 row" if number == 1 else "%d rows" % number
