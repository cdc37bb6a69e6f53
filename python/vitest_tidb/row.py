"""One row of a result."""
from __future__ import annotations

from typing import Any, Dict, Sequence, Tuple, Type


class Row(Dict[str, Any]):
    """A row by the labels of its columns, and by ``col_0``, ``col_1`` … as well.

    ``row[key]``, ``row.get(key)`` and ``key in row`` take both; iteration, ``len()``, ``items()``, comparison and
    ``str()`` know the labels alone. A column that is really labelled ``col_1`` is meant by that name. When two columns
    have the same label, the label means the last one, as in a ``dict``; ``col_<i>`` and ``as_tuple()`` reach all.
    """

    __slots__ = ("_values",)
    _values: Tuple[Any, ...]

    def __init__(self, labels: Sequence[str], values: Tuple[Any, ...]) -> None:
        super().__init__(zip(labels, values))
        self._values = values

    def as_tuple(self) -> Tuple[Any, ...]:
        """The values in the order of the columns."""
        return self._values

    def get(self, key: str, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            return default

    def __missing__(self, key: object) -> Any:
        position = self._position(key)
        if position is None:
            known = ", ".join(repr(label) for label in self) or "no columns"
            raise KeyError("%r is no column of this row, which has %s" % (key, known))
        return self._values[position]

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or self._position(key) is not None

    def __reduce__(self) -> Tuple[Any, ...]:
        return _restored, (type(self), dict(self), self._values)

    def _position(self, key: object) -> "int | None":
        if not isinstance(key, str) or not key.startswith("col_"):
            return None
        digits = key[4:]
        if not (digits.isascii() and digits.isdigit()) or str(int(digits)) != digits:
            return None
        return int(digits) if int(digits) < len(self._values) else None


def _restored(kind: Type[Row], labelled: Dict[str, Any], values: Tuple[Any, ...]) -> Row:
    """A copied or unpickled row."""
    row = kind.__new__(kind)
    row.update(labelled)
    row._values = values  # pyright: ignore[reportPrivateUsage]
    return row
