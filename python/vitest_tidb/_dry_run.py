"""Whether handlers run without a server. Set by the host, before a handler's own code runs."""
from __future__ import annotations

active = False


def set_active(dry: bool) -> None:
    global active
    active = dry
