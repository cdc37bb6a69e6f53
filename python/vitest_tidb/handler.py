"""A test."""
from __future__ import annotations

import unittest
from typing import Any, ClassVar, NoReturn, Optional, Sequence

from ._row_comparison import assert_same_rows
from .context import PyStateContext
from .expected_error import ExpectedError
from .mock_connection import MockRow
from .real_connection import RealPyConnection
from .state import PyState


class PyStateHandler:
    """A test: subclass it in a file ``test_*.py``. Its constructor takes no argument.

    ``enter``, ``execute`` and ``exit`` are called once each, in this order; ``exit`` always. The test fails when one of
    them raises, when ``enter`` or ``execute`` returns an error state, and when ``execute`` returns anything else than
    ``PyState.completed()``.
    """

    #: Words by which tests are chosen.
    tags: ClassVar[Sequence[str]] = ()

    def enter(self, context: PyStateContext) -> str:
        return PyState.connecting()

    def execute(self, context: PyStateContext) -> str:
        return PyState.completed()

    def exit(self, context: PyStateContext) -> None:
        return None

    def connect(self, connection_id: Optional[str] = None) -> RealPyConnection:
        """One more session in the database of this test. It is ended with the test.

        :param connection_id: what it is called in reports, ``connection_1`` and so on when None
        :raises ConnectError:
        """
        number: int = getattr(self, "_connected", 0) + 1
        self._connected = number
        return RealPyConnection(connection_id="connection_%d" % number if connection_id is None else connection_id)

    def assert_rows(self, actual: Sequence[Any], expected: Sequence[Any], ordered: bool = True) -> None:
        """Compares the rows of a result with dictionaries, or with tuples or lists in the order of the columns.

        A single value stands for a row of one column. On rows of a mock it says nothing.

        :param ordered: False when rows may come in any order
        :raises AssertionError: with both, row by row
        """
        if not any(isinstance(row, MockRow) for row in actual):
            assert_same_rows(actual, expected, ordered)

    def expect_error(self, *numbers: int) -> ExpectedError:
        """``with self.expect_error(1062): …``: a statement in there fails with this number, or one of these.

        Such a failure is not listed as swallowed. ``as failed`` has it in ``failed.error`` afterwards.

        :raises AssertionError: nothing failed
        :raises QueryError: it failed with another number
        """
        return ExpectedError(numbers)

    def skip(self, reason: str) -> NoReturn:
        """Ends the test as skipped; ``exit`` is called."""
        raise unittest.SkipTest(reason)


class AsyncPyStateHandler(PyStateHandler):
    """The same for type checkers where methods are ``async def``; any handler may have such methods when it runs."""

    async def enter(self, context: PyStateContext) -> str:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return PyState.connecting()

    async def execute(self, context: PyStateContext) -> str:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return PyState.completed()

    async def exit(self, context: PyStateContext) -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return None

