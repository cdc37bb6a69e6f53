"""Exceptions as they cross: their class, text, and the user's part of their stack."""
from __future__ import annotations

import linecache
import os
from types import CodeType, FrameType, TracebackType
from typing import Any, Dict, List, Optional, Set, Tuple

from .rpc import RemoteError

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
# Outside of the code of tests: what this package does, and what starts it.
_OUTSIDE = (_PACKAGE, "<frozen", os.path.join(os.path.dirname(os.__file__), "runpy.py"))
_LONGEST = 20_000
_MOST_FRAMES = 60
_MOST_PARTS = 20

#: What is called, and the line that is reached in it.
Call = Tuple[CodeType, Optional[int]]


def describe(error: BaseException, _seen: Optional[Set[int]] = None) -> Dict[str, Any]:
    """What is told of an exception."""
    seen = _seen if _seen is not None else set()
    seen.add(id(error))
    cause = error.__cause__ if error.__cause__ is not None else error.__context__
    if error.__cause__ is None and error.__suppress_context__:
        cause = None
    is_told = not isinstance(cause, (RemoteError, type(None))) and id(cause) not in seen and len(seen) < 10
    traceback = frames_of(error.__traceback__)
    if isinstance(error, SyntaxError) and error.filename:
        traceback.append(_syntax_frame(error))
    return {
        "type": type(error).__name__,
        "message": text_of(error) + _parts(error),
        "traceback": traceback,
        "assertion": _assertion(error),
        "statements": _statements(error),
        "cause": describe(cause, seen) if is_told and cause is not None else None,
    }


def text_of(value: object) -> str:
    """``str()`` of anything; user classes may have one that raises."""
    try:
        text = value.msg if isinstance(value, SyntaxError) else str(value)
    except Exception as error:
        text = "<str() of this %s raised %s>" % (type(value).__name__, type(error).__name__)
    return text[:_LONGEST]


def _parts(error: BaseException) -> str:
    """The exceptions of a group, from Python 3.11 on."""
    parts = _members(error)[:_MOST_PARTS]
    return "".join("\n- %s: %s" % (type(part).__name__, text_of(part)) for part in parts)


def _members(error: BaseException) -> List[BaseException]:
    members = getattr(error, "exceptions", ())
    return [each for each in members if isinstance(each, BaseException)] if isinstance(members, tuple) else []


def frames_of(traceback: Optional[TracebackType]) -> List[Dict[str, Any]]:
    """The user's frames, innermost last; those of this package say nothing to anybody."""
    calls: List[Call] = []
    while traceback is not None:
        calls.append((traceback.tb_frame.f_code, traceback.tb_lineno))
        traceback = traceback.tb_next
    return told(calls)


def stack_of(frame: Optional[FrameType]) -> List[Dict[str, Any]]:
    """The same of a thread that is under way."""
    calls: List[Call] = []
    while frame is not None:
        calls.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back
    calls.reverse()
    return told(calls)


def told(calls: List[Call]) -> List[Dict[str, Any]]:
    """The outermost and the innermost of the user's frames: a recursion may have a million."""
    half = _MOST_FRAMES // 2
    own = [call for call in calls if not call[0].co_filename.startswith(_OUTSIDE)]
    return [_told(*call) for call in (own if len(own) <= _MOST_FRAMES else own[:half] + own[-half:])]


def _told(code: CodeType, line: Optional[int]) -> Dict[str, Any]:
    text = linecache.getline(code.co_filename, line or 0).strip()
    return {"file": code.co_filename, "line": line or 0, "function": code.co_name, "text": text[:200]}


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
        rest += [current.__cause__, current.__context__, *_members(current)]
    return numbers
