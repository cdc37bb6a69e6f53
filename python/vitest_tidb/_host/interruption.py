"""Ends user code in the main thread when its time is up."""
from __future__ import annotations

import signal
import threading
from typing import Any, Callable, TypeVar

T = TypeVar("T")

#: The signal that wakes the main thread from whatever it waits in.
SIGNAL = signal.SIGUSR2


class Interrupted(BaseException):
    """The test's time is up. Not an ``Exception``: a handler that catches those has no more time either."""


class Interruption:
    """Must be made in the main thread."""

    def __init__(self) -> None:
        self._main = threading.get_ident()
        self._running = False
        self._shielded = False
        self._pending = False
        self.restore()

    def restore(self) -> None:
        """User code may have taken the signal over."""
        signal.signal(SIGNAL, self._on_signal)

    def interrupt(self) -> bool:
        """For other threads: raises ``Interrupted`` in user code. False when there is none under way."""
        if not self._running:
            return False
        signal.pthread_kill(self._main, SIGNAL)
        return True

    def run(self, work: Callable[[], T]) -> T:
        """Runs user code. :raises Interrupted:"""
        self._running = True
        try:
            return work()
        finally:
            self._running = False
            self._pending = False

    def uninterrupted(self, work: Callable[[], None]) -> None:
        """Runs what must not be left half done: half a message would be the end of all messages."""
        if threading.get_ident() != self._main:
            work()
            return
        self._shielded = True
        try:
            work()
        finally:
            self._shielded = False
        if self._pending:
            self._pending = False
            raise Interrupted()

    def _on_signal(self, signum: int, frame: Any) -> None:
        if self._shielded:
            self._pending = self._running
        elif self._running:
            raise Interrupted()
