"""Failures that a test is about."""
from __future__ import annotations

from types import TracebackType
from typing import Optional, Tuple, Type

from . import _dry_run
from ._host import rpc
from .errors import QueryError


class ExpectedError:
    """Comes from ``PyStateHandler.expect_error``."""

    #: What was raised; None until then.
    error: Optional[QueryError] = None

    def __init__(self, numbers: Tuple[int, ...]) -> None:
        self._numbers = numbers

    def __enter__(self) -> "ExpectedError":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> bool:
        if error is None:
            # A mock refuses nothing.
            if not _dry_run.active:
                wanted = " or ".join(str(number) for number in self._numbers) or "any number"
                raise AssertionError("expected an error with %s, and every statement succeeded" % wanted)
            return False
        if not isinstance(error, QueryError) or (self._numbers and error.errno not in self._numbers):
            return False
        self.error = error
        if error.statement is not None:
            rpc.request("statement.expected", {"statements": [error.statement]})
        return True
