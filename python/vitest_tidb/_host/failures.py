"""Exceptions as they cross: their class, text, and the user's part of their stack."""
from __future__ import annotations

import linecache
import os
from types import FrameType, TracebackType
from typing import Any, Dict, List, Optional, Set

from .rpc import RemoteError

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LONGEST = 20_000
_MOST_FRAMES = 60


def describe(error: BaseException, _seen: Optional[Set[int]] = None) -> Dict[str, Any]:
    """What is told of an exception."""
    seen = _seen if _seen is not None else set()
    seen.add(id(error))
    cause = error.__cause__ if error.__cause__ is not None else error.__context__
    if error.__cause__ is None and error.__suppress_context__:
        cause = None
    told = not isinstance(cause, (RemoteError, type(None))) and id(cause) not in seen and len(seen) < 10
    traceback = frames_of(error.__traceback__)
    if isinstance(error, SyntaxError) and error.filename:
        traceback.append(_syntax_frame(error))
    return {
        "type": type(error).__name__,
        "message": text_of(error),
        "traceback": traceback,
        "assertion": _assertion(error),
        "statements": _statements(error),
        "cause": describe(cause, seen) if told and cause is not None else None,
    }


def text_of(value: object) -> str:
    """``str()`` of anything; user classes may have one that raises."""
    try:
        text = value.msg if isinstance(value, SyntaxError) else str(value)
    except Exception as error:
        text = "<str() of this %s raised %s>" % (type(value).__name__, type(error).__name__)
    return text[:_LONGEST]


def frames_of(traceback: Optional[TracebackType]) -> List[Dict[str, Any]]:
    """The user's frames, innermost last; those of this package say nothing to anybody."""
    frames: List[Dict[str, Any]] = []
    while traceback is not None:
        _add(frames, traceback.tb_frame, traceback.tb_lineno)
        traceback = traceback.tb_next
    return _shortened(frames)


def stack_of(frame: Optional[FrameType]) -> List[Dict[str, Any]]:
    """The same of a thread that is under way."""
    frames: List[Dict[str, Any]] = []
    while frame is not None:
        _add(frames, frame, frame.f_lineno)
        frame = frame.f_back
    frames.reverse()
    return _shortened(frames)


def _add(frames: List[Dict[str, Any]], frame: FrameType, line: Optional[int]) -> None:
    file = frame.f_code.co_filename
    if file.startswith(_PACKAGE) or file.startswith("<frozen"):
        return
    text = linecache.getline(file, line or 0).strip()
    frames.append({"file": file, "line": line or 0, "function": frame.f_code.co_name, "text": text[:200]})


def _shortened(frames: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    half = _MOST_FRAMES // 2
    return frames if len(frames) <= _MOST_FRAMES else frames[:half] + frames[-half:]


def _syntax_frame(error: SyntaxError) -> Dict[str, Any]:
    return {
        "file": os.path.abspath(str(error.filename)),
        "line": error.lineno or 1,
        "function": "<module>",
        "text": (error.text or "").strip()[:200],
    }


def _assertion(error: BaseException) -> Optional[str]:
    text = getattr(error, "vitest_tidb_assertion", None)
    return text[:_LONGEST] if isinstance(text, str) else None


def _statements(error: BaseException) -> List[int]:
    """Numbers of the failed statements that led to it, told of or not."""
    numbers: List[int] = []
    seen: Set[int] = set()
    rest: List[Optional[BaseException]] = [error]
    while rest:
        current = rest.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, RemoteError) and isinstance(current.data, dict):
            number = current.data.get("statement")
            if isinstance(number, int):
                numbers.append(number)
        rest += [current.__cause__, current.__context__]
    return numbers
