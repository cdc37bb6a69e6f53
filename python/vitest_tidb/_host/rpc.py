"""JSON-RPC 2.0 between this interpreter and the process that runs the tests.

Messages go over two pipes of their own, each framed by a ``Content-Length`` header as in the Language Server
Protocol. One thread reads: it hands replies to whoever waits for them, by their id, and requests on.
"""
from __future__ import annotations

import json
import os
import threading
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

# User code may put something else in their place, in one handler's test and for all that follow.
_read, _write, _loads, _dumps = os.read, os.write, json.loads, json.dumps

Handler = Callable[[Dict[str, Any]], Any]

INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603


class RemoteError(Exception):
    """The other side refused a request. ``data`` is what it said beyond the message."""

    def __init__(self, code: int, message: str, data: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class Disconnected(Exception):
    """The other side can't be asked: the pipe is closed, or this is a forked process."""


class _Reply:
    __slots__ = ("arrived", "message", "failure")

    def __init__(self) -> None:
        # A plain lock is the cheapest thing that a signal can interrupt.
        self.arrived = threading.Lock()
        self.arrived.acquire()
        self.message: Dict[str, Any] = {}
        self.failure: Optional[Exception] = None


class Peer:
    """Our end of the pipes.

    ``enqueue`` takes requests that the main thread has to answer; those in ``immediate`` are answered by the reading
    thread itself, whatever the main thread does. ``on_close`` is called in the reading thread when the other side is
    gone. ``uninterrupted`` runs each write, of any thread.
    """

    def __init__(
        self,
        incoming: int,
        outgoing: int,
        enqueue: Callable[[Dict[str, Any]], None],
        immediate: Mapping[str, Handler],
        on_close: Callable[[], None],
        uninterrupted: Callable[[Callable[[], None]], None],
    ) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._enqueue = enqueue
        self._immediate = immediate
        self._on_close = on_close
        self._uninterrupted = uninterrupted
        self._pending: Dict[int, _Reply] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._last_id = 0
        self._closed: Optional[str] = None

    def start(self) -> None:
        threading.Thread(target=self._read, name="vitest-tidb", daemon=True).start()

    def request(self, method: str, params: Dict[str, Any]) -> Any:
        """Asks and waits for the answer. Any number of threads may do so at the same time.

        :raises RemoteError: the other side refused
        :raises Disconnected: there is no other side any more
        """
        reply = _Reply()
        with self._lock:
            if self._closed is not None:
                raise Disconnected(self._closed)
            self._last_id += 1
            request_id = self._last_id
            self._pending[request_id] = reply
        try:
            self.send({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})
            reply.arrived.acquire()
        finally:
            self._pending.pop(request_id, None)
        if reply.failure is not None:
            raise reply.failure
        error = reply.message.get("error")
        if error is None:
            return reply.message.get("result")
        raise RemoteError(error.get("code", INTERNAL_ERROR), str(error.get("message")), error.get("data"))

    def notify(self, method: str, params: Dict[str, Any]) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def send(self, message: Dict[str, Any]) -> None:
        # What JSON has no text for (a lone surrogate, NaN) must not break the frame.
        body = _dumps(message, separators=(",", ":")).encode("ascii")
        frame = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)

        def write() -> None:
            with self._writing:
                rest = memoryview(frame)
                while rest:
                    rest = rest[_write(self._outgoing, rest) :]

        if self._closed is not None:
            raise Disconnected(self._closed)
        self._uninterrupted(write)

    def close(self, reason: str) -> None:
        """Fails whoever waits, and whoever asks from now on."""
        self._closed = reason
        for reply in list(self._pending.values()):
            reply.failure = Disconnected(reason)
            if reply.arrived.locked():
                reply.arrived.release()

    def after_fork(self) -> None:
        """In a forked process: the pipes belong to its parent."""
        self._closed = "a forked process has no connections; only the process that runs the handler has"
        for fd in (self._incoming, self._outgoing):
            try:
                os.close(fd)
            except OSError:
                # The handler has closed it already.
                continue

    def _read(self) -> None:
        try:
            buffer = bytearray()
            while True:
                chunk = _read(self._incoming, 1 << 16)
                if not chunk:
                    break
                buffer += chunk
                for body in take_frames(buffer):
                    self._receive(_loads(body))
        finally:
            self.close("the process that runs the tests is gone")
            self._on_close()

    def _receive(self, message: Any) -> None:
        if not isinstance(message, dict):
            return
        method = message.get("method")
        if method is None:
            reply = self._pending.get(message.get("id", -1))
            if reply is not None and reply.arrived.locked():
                reply.message = message
                reply.arrived.release()
            return
        if "id" not in message:
            # vscode-jsonrpc sends $/cancelRequest and $/progress, which may be left out.
            return
        handler = self._immediate.get(method)
        if handler is None:
            self._enqueue(message)
        else:
            self.answer(message, handler)

    def answer(self, message: Dict[str, Any], handler: Handler) -> None:
        """Answers a request with what ``handler`` returns, or with its failure."""
        try:
            params = message.get("params")
            result = handler(params if isinstance(params, dict) else {})
        except InvalidField as error:
            self._refuse(message, INVALID_PARAMS, "%s: %s" % (message.get("method"), error))
        except Exception as error:
            self._refuse(message, INTERNAL_ERROR, "%s: %s" % (type(error).__name__, error))
        else:
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})

    def refuse_unknown(self, message: Dict[str, Any]) -> None:
        self._refuse(message, METHOD_NOT_FOUND, "there is no method '%s'" % message.get("method"))

    def _refuse(self, message: Dict[str, Any], code: int, text: str) -> None:
        self.send({"jsonrpc": "2.0", "id": message["id"], "error": {"code": code, "message": text}})


def take_frames(buffer: bytearray) -> List[bytes]:
    """Takes the complete messages off the front of what has been read."""
    bodies: List[bytes] = []
    while True:
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return bodies
        length = content_length(bytes(buffer[:end]))
        if len(buffer) < end + 4 + length:
            return bodies
        bodies.append(bytes(buffer[end + 4 : end + 4 + length]))
        del buffer[: end + 4 + length]


def content_length(header: bytes) -> int:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    raise ValueError("a message has no Content-Length: %r" % header)


class InvalidField(Exception):
    """A value that crossed is not what it must be."""


def field(values: Mapping[str, Any], name: str, kinds: Any, where: str = "") -> Any:
    """The value of a field, which must be of one of the given types.

    :raises InvalidField: naming the field, what was expected and what was there
    """
    value = values.get(name)
    allowed: Tuple[type, ...] = kinds if isinstance(kinds, tuple) else (kinds,)
    if isinstance(value, allowed) and not (isinstance(value, bool) and bool not in allowed):
        return value
    wanted = " or ".join("null" if kind is type(None) else kind.__name__ for kind in allowed)
    got = "nothing" if name not in values else type(value).__name__
    raise InvalidField("field '%s%s': expected %s, got %s" % (where and where + ".", name, wanted, got))


_peer: Optional[Peer] = None


def connect(peer: Peer) -> None:
    """Makes a peer the one of this interpreter."""
    global _peer
    _peer = peer


def connected() -> bool:
    """Whether this interpreter was started to run handlers for Vitest."""
    return _peer is not None


def request(method: str, params: Dict[str, Any]) -> Any:
    """Asks the process that runs the tests.

    :raises RemoteError: it refused
    :raises Disconnected: nobody runs this interpreter, or its runner is gone
    """
    if _peer is None:
        raise Disconnected("this interpreter was not started by vitest-tidb, so it has no connections")
    return _peer.request(method, params)


def notify(method: str, params: Dict[str, Any]) -> None:
    """Tells the process that runs the tests. Says nothing when there is none."""
    if _peer is not None:
        _peer.notify(method, params)
