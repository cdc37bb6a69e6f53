"""Keeps standard input, output and error what they were, whatever user code does to them."""
from __future__ import annotations

import fcntl
import io
import os
import sys
from typing import TextIO

#: Descriptors of our own lie above those that user code is likely to close in a row.
FIRST = 100


def out_of_the_way(fd: int) -> int:
    """Moves a descriptor up; children do not inherit it."""
    moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, FIRST)
    os.close(fd)
    return moved


class Streams:
    """Standard input is empty; output and error go to one file, in the order of writing."""

    def __init__(self) -> None:
        self._saved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, FIRST) for fd in (0, 1, 2)]
        self._stdout = _text(1)
        self._stderr = _text(2)
        self.restore()

    @property
    def output(self) -> int:
        """A descriptor for what has to be written when nothing else can be relied on."""
        return self._saved[2]

    def restore(self) -> None:
        for fd, saved in enumerate(self._saved):
            if not _same(fd, saved):
                os.dup2(saved, fd, inheritable=True)
        if self._stdout.closed:
            self._stdout = _text(1)
        if self._stderr.closed:
            self._stderr = _text(2)
        sys.stdout = sys.__stdout__ = self._stdout  # type: ignore[misc,assignment,unused-ignore]
        sys.stderr = sys.__stderr__ = self._stderr  # type: ignore[misc,assignment,unused-ignore]

    def flush(self) -> None:
        for stream in (sys.stdout, sys.stderr, self._stdout, self._stderr):
            try:
                stream.flush()
            except (OSError, ValueError, AttributeError):
                # User code has closed it, or put something else in its place.
                continue


def _text(fd: int) -> TextIO:
    raw = io.FileIO(fd, "w", closefd=False)
    writer = io.BufferedWriter(raw)
    return io.TextIOWrapper(writer, encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _same(fd: int, saved: int) -> bool:
    try:
        one, other = os.fstat(fd), os.fstat(saved)
    except OSError:
        return False
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
