"""The event loop of a handler with asynchronous methods."""
from __future__ import annotations

# Half as long as all other imports together, and few handlers need it: so it is imported with the first of those.
import asyncio
from typing import Any, Dict, Iterator, List, Optional, Set

from .failures import Call, told


class HandlerLoop:
    """One loop for all methods of a handler: what one has started goes on in the next."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        #: What runs the method that is under way.
        self._method: Optional["asyncio.Task[Any]"] = None

    def run(self, awaitable: Any) -> Any:
        async def wait() -> Any:
            return await awaitable

        self._method = self._loop.create_task(wait())
        try:
            return self._loop.run_until_complete(self._method)
        finally:
            self._method = None

    def close(self) -> None:
        """Ends what is still under way, as ``asyncio.run`` does."""
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        try:
            if left:
                self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()

    def method_stack(self) -> List[Dict[str, Any]]:
        """Where the method that is under way waits; nothing when it runs, as the thread's own stack shows that."""
        return [] if self._method is None else _stack(self._method)

    def other_tasks(self) -> Iterator[Dict[str, Any]]:
        """Where the others wait. For other threads than that of the loop."""
        tasks: Set["asyncio.Task[Any]"] = asyncio.all_tasks(self._loop)
        for task in tasks:
            if task is not self._method:
                yield {"name": "asyncio task %s" % task.get_name(), "main": False, "traceback": _stack(task)}


def _stack(task: "asyncio.Task[Any]") -> List[Dict[str, Any]]:
    calls: List[Call] = []
    coroutine: Any = task.get_coro()
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is None:
            break
        if getattr(coroutine, "cr_running", False):
            return []
        calls.append((frame.f_code, frame.f_lineno))
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
    return told(calls)
