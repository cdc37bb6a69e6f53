"""What the tests of a parametrized handler are called. Without imports of the package: files are collected without it."""
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence


def attributes_of(names: str) -> List[str]:
    """``"a, b"`` → ``["a", "b"]``"""
    return [name.strip() for name in names.split(",") if name.strip()]


def case_of(names: Sequence[str], value: Any) -> Dict[str, Any]:
    """The attributes of one case.

    :raises ValueError: there is not one value for each name
    """
    if len(names) == 1:
        return {names[0]: value}
    values = tuple(value)
    if len(values) != len(names):
        raise ValueError("parametrize: %r has %d values for %d names" % (value, len(values), len(names)))
    return dict(zip(names, values))


def combined(cases: Sequence[Mapping[str, Any]], earlier: Sequence[Mapping[str, Any]]) -> List[Dict[str, Any]]:
    """Each of these with each of those of the decorators below."""
    return [{**one, **other} for one in cases for other in earlier]


def labels_of(cases: Sequence[Mapping[str, Any]]) -> List[str]:
    """What cases are called: their values where these have a short text, else by number. Each is another."""
    labels: List[str] = []
    for index, case in enumerate(cases):
        label = "-".join(_label(name, value, index) for name, value in case.items())
        labels.append(label if label not in labels else "%s#%d" % (label, index))
    return labels


def _label(name: str, value: Any, index: int) -> str:
    return str(value) if isinstance(value, (str, int, float, type(None))) else "%s%d" % (name, index)
