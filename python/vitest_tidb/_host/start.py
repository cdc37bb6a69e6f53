"""Puts the interpreter together that runs handlers."""
from __future__ import annotations

import faulthandler
import os
import signal
import sys

from . import compat_imports, rpc
from .host import Host
from .interruption import Interruption
from .streams import Streams, out_of_the_way


def main() -> None:
    streams = Streams()
    # Says where it was when it crashes, and, when it is asked by a signal, where it hangs: even in code that lets no
    # other thread run.
    faulthandler.enable(file=streams.output)
    faulthandler.register(signal.SIGQUIT, file=streams.output, all_threads=True)
    interruption = Interruption()
    _put_python_on_path()
    host = Host(streams, interruption)
    peer = rpc.Peer(
        incoming=out_of_the_way(3),
        outgoing=out_of_the_way(4),
        enqueue=host.enqueue,
        immediate=host.immediate,
        on_close=_end,
        uninterrupted=interruption.uninterrupted,
    )
    os.register_at_fork(after_in_child=peer.after_fork)
    rpc.connect(peer)
    compat_imports.install()
    peer.start()
    # From here on nothing is written beside the user's files.
    sys.dont_write_bytecode = True
    host.serve(peer)


def _end() -> None:
    """The process that runs the tests is gone: so is everything that handlers have started."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _put_python_on_path() -> None:
    """Suites start ``python`` by that name; it is this very interpreter, in its virtual environment."""
    os.environ["VITEST_TIDB_PYTHON"] = sys.executable
    folder = os.path.join(compat_imports.ROOT, "bin")
    os.environ["PATH"] = os.pathsep.join([folder, os.environ.get("PATH", os.defpath)])

