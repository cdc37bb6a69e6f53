"""Runs handlers for the process at the other end of the pipes."""
from __future__ import annotations

import faulthandler
import os
import queue
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Set

from . import extras, rpc
from .failures import describe, stack_of, text_of
from .interruption import Interrupted, Interruption
from .loader import Loader, description
from .rpc import field
from .streams import Streams

if TYPE_CHECKING:
    from .event_loop import HandlerLoop

_PHASES = ("enter", "execute", "exit")


class _Instance:
    """One handler on its way through ``enter``, ``execute`` and ``exit``."""

    def __init__(self, handler: Any, context: Any, mocks: int) -> None:
        self.handler = handler
        #: How many mock connections had been made before it.
        self.mocks = mocks
        self.context = context
        self.loop: Optional[HandlerLoop] = None


class Host:
    """Answers requests one after another, in the main thread, where user code may use signals and event loops."""

    def __init__(self, streams: Streams, interruption: Interruption) -> None:
        self._streams = streams
        self._interruption = interruption
        self._requests: "queue.SimpleQueue[Dict[str, Any]]" = queue.SimpleQueue()
        self._loader = Loader()
        self._instances: Dict[int, _Instance] = {}
        self._last = 0
        self._pid = os.getpid()
        self._environ = os.environ
        self._environment = dict(os.environ)
        self._recursion_limit = sys.getrecursionlimit()
        self._own_threads: Set[Optional[int]] = set()
        self._handlers: Dict[str, rpc.Handler] = {
            "initialize": self._initialize,
            "load": self._load,
            "create": self._create,
            "call": self._call,
            "dispose": self._dispose,
        }
        self.immediate: Dict[str, rpc.Handler] = {"stack": self._stack, "interrupt": self._interrupt}
        self.enqueue: Callable[[Dict[str, Any]], None] = self._requests.put

    def serve(self, peer: rpc.Peer) -> None:
        """Never returns: the process ends when the other side closes the pipe."""
        self._own_threads = {thread.ident for thread in threading.enumerate()}
        while True:
            message = self._next()
            handler = self._handlers.get(message["method"])
            if handler is None:
                peer.refuse_unknown(message)
            else:
                peer.answer(message, handler)

    def _next(self) -> Dict[str, Any]:
        while True:
            try:
                return self._requests.get()
            except Interrupted:
                # It was meant for a handler that ended at the same moment.
                continue

    def _initialize(self, params: Dict[str, Any]) -> Dict[str, Any]:
        if field(params, "showSql", bool):
            self._environment["SHOW_SQL"] = "true"
        return {"version": "%d.%d.%d" % sys.version_info[:3], "executable": sys.executable, "pid": os.getpid()}

    def _load(self, params: Dict[str, Any]) -> Dict[str, Any]:
        file = field(params, "file", str)
        environment = field(params, "environment", dict)
        self._prepare(file, {key: str(value) for key, value in environment.items()})
        return self._user_code(lambda: self._described(file))

    def _described(self, file: str) -> Dict[str, Any]:
        loaded = self._loader.load(file)
        handlers: List[Dict[str, Any]] = [
            {
                "name": name,
                "line": loaded.lines.get(name.partition("[")[0], 1),
                "doc": description(handler),
                "tags": extras.tags_of(handler),
                "skip": extras.skip_reason(handler),
                "expectedFailure": extras.expected_failure(handler),
            }
            for name, handler in loaded.handlers.items()
        ]
        return {"handlers": handlers}

    def _create(self, params: Dict[str, Any]) -> Dict[str, Any]:
        file = field(params, "file", str)
        name = field(params, "handler", str)
        values = field(params, "context", dict)
        environment = field(params, "environment", dict)
        dry = field(params, "dryRun", bool)
        self._prepare(file, {key: str(value) for key, value in environment.items()})
        return self._user_code(lambda: self._created(file, name, values, dry))

    def _created(self, file: str, name: str, values: Dict[str, Any], dry: bool) -> Dict[str, Any]:
        handlers = self._loader.load(file).handlers
        handler = handlers.get(name)
        if handler is None:
            known = ", ".join(handlers) or "none"
            raise LookupError("%s has no handler '%s'; it has %s" % (file, name, known))
        reason = extras.skip_reason(handler)
        if reason is not None:
            return {"skip": reason}
        mocks = extras.mocks_made()
        context = extras.context_of(values, dry)
        self._last += 1
        self._instances[self._last] = _Instance(handler(), context, mocks)
        return {"instance": self._last, "expectedFailure": extras.expected_failure(handler)}

    def _call(self, params: Dict[str, Any]) -> Dict[str, Any]:
        number = field(params, "instance", int)
        limit = field(params, "limit", (int, float))
        method = field(params, "method", str)
        if method not in _PHASES:
            raise rpc.InvalidField("field 'method': expected one of %s, got '%s'" % (", ".join(_PHASES), method))
        if number not in self._instances:
            raise rpc.InvalidField("field 'instance': there is no instance %d" % number)
        instance = self._instances[number]

        def called() -> Dict[str, Any]:
            returned = getattr(instance.handler, method)(instance.context)
            if hasattr(returned, "__await__"):
                returned = self._awaited(instance, returned)
            state = str(returned) if isinstance(returned, str) else None
            return {"state": state, "returned": "%s %s" % (type(returned).__name__, text_of(returned)[:200])}

        # Code that holds the interpreter's lock keeps our reading thread from seeing that the other side is gone.
        faulthandler.dump_traceback_later(limit, exit=True, file=self._streams.output)
        try:
            return self._user_code(called)
        finally:
            faulthandler.cancel_dump_traceback_later()

    def _awaited(self, instance: _Instance, awaitable: Any) -> Any:
        from .event_loop import HandlerLoop

        if instance.loop is None:
            instance.loop = HandlerLoop()
        return instance.loop.run(awaitable)

    def _dispose(self, params: Dict[str, Any]) -> Dict[str, Any]:
        number = field(params, "instance", int)
        mocks = extras.mocks_made() - self._instances[number].mocks if number in self._instances else 0

        def let_go() -> Dict[str, Any]:
            # Finalizers run here, while they can be interrupted.
            instance = self._instances.pop(number, None)
            if instance is not None and instance.loop is not None:
                instance.loop.close()
            return {}

        ended = self._user_code(let_go)
        signal.alarm(0)
        self._streams.flush()
        left = [thread.name for thread in threading.enumerate() if thread.ident not in self._own_threads]
        return {"threads": left, "mocks": mocks, **ended}

    def _stack(self, params: Dict[str, Any]) -> Dict[str, Any]:
        frames = sys._current_frames()
        main = threading.main_thread().ident
        stacks: List[Dict[str, Any]] = [
            {"name": thread.name, "main": thread.ident == main, "traceback": stack_of(frames.get(thread.ident or 0))}
            for thread in threading.enumerate()
            if thread.ident == main or thread.ident not in self._own_threads
        ]
        for instance in list(self._instances.values()):
            if instance.loop is not None:
                # The loop's own frames don't tell which coroutine waits.
                next(each for each in stacks if each["main"])["traceback"] += instance.loop.method_stack()
                stacks += instance.loop.other_tasks()
        return {"threads": stacks}

    def _interrupt(self, params: Dict[str, Any]) -> Dict[str, Any]:
        return {"interrupted": self._interruption.interrupt()}

    def _prepare(self, file: str, environment: Dict[str, str]) -> None:
        """Nothing that one handler did to the process reaches the next."""
        self._streams.restore()
        self._interruption.restore()
        sys.setrecursionlimit(self._recursion_limit)
        os.environ = self._environ
        os.environ.clear()
        os.environ.update(self._environment)
        os.environ.update(environment)
        os.chdir(os.path.dirname(file))
        sys.argv[:] = [file]

    def _user_code(self, work: Callable[[], Dict[str, Any]]) -> Dict[str, Any]:
        """What it returns, or what it raised: ``SystemExit`` too, which must not end the interpreter."""
        try:
            return self._interruption.run(work)
        except Interrupted:
            return {"interrupted": True}
        except BaseException as error:
            return {"skip": text_of(error)} if extras.is_skip(error) else {"error": describe(error)}
        finally:
            if os.getpid() != self._pid:
                # The handler has forked, and this is the child: the process that runs the tests knows the parent only.
                self._streams.flush()
                os._exit(0)
            self._streams.flush()
