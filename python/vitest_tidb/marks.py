"""Decorators of handlers."""
from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Sequence, Type, TypeVar

from ._cases import attributes_of, case_of, combined, labels_of
from .handler import PyStateHandler

H = TypeVar("H", bound=Type[PyStateHandler])


def skip(reason: str) -> Callable[[H], H]:
    """``@skip("why")``: the handler is reported as skipped, and not run."""

    def mark(handler: H) -> H:
        setattr(handler, "__vitest_tidb_skip__", reason)
        return handler

    return mark


def skip_if(condition: bool, reason: str) -> Callable[[H], H]:
    """``@skip_if(sys.platform == "win32", "why")``"""
    return skip(reason) if condition else _unchanged


def expected_failure(reason: str) -> Callable[[H], H]:
    """``@expected_failure("why")``: the handler fails for a known reason; it is an error when it passes."""

    def mark(handler: H) -> H:
        setattr(handler, "__vitest_tidb_expected_failure__", reason)
        return handler

    return mark


def parametrize(names: str, values: Sequence[Any]) -> Callable[[H], H]:
    """``@parametrize("level", ["READ COMMITTED", "REPEATABLE READ"])``: one test for each value, in ``self.level``.

    Several names are told as ``"a, b"`` with a tuple of values for each test. Several such decorators make one test for
    each combination. A test is called ``Handler[READ COMMITTED]``.

    :raises ValueError: no values, or a tuple that has not one value for each name
    """
    attributes = attributes_of(names)
    cases = [case_of(attributes, value) for value in values]
    if not attributes or not cases:
        raise ValueError("parametrize(%r, …): needs a name and at least one value" % names)

    def mark(handler: H) -> H:
        earlier: Sequence[Mapping[str, Any]] = getattr(handler, "__vitest_tidb_cases__", ({},))
        setattr(handler, "__vitest_tidb_cases__", combined(cases, earlier))
        return handler

    return mark


def cases_of(name: str, handler: Type[Any]) -> Dict[str, Type[Any]]:
    """The tests that a handler stands for, by name: itself, or a class for each of its cases."""
    cases: Sequence[Mapping[str, Any]] = getattr(handler, "__vitest_tidb_cases__", ())
    if not cases:
        return {name: handler}
    classes: Dict[str, Type[Any]] = {}
    for label, case in zip(labels_of(cases), cases):
        test = "%s[%s]" % (name, label)
        members = {**case, "__module__": handler.__module__, "__doc__": handler.__doc__}
        classes[test] = type(test, (handler,), members)
    return classes


def _unchanged(handler: H) -> H:
    return handler
