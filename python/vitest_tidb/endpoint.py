"""Where a connection goes."""
from __future__ import annotations

import os
from typing import Any, Mapping, NamedTuple, Optional, Tuple, Union, cast


class Endpoint(NamedTuple):
    """What is None is as for the test's own database."""

    host: Optional[str]
    port: Optional[int]
    username: Optional[str]
    password: Optional[str]
    database: Optional[str]


def resolve(
    connection_info: Any,
    host: Optional[str],
    port: Union[int, str, None],
    username: Optional[str],
    password: Optional[str],
    database: Optional[str],
) -> Endpoint:
    """Arguments first, then ``connection_info``, then ``TIDB_HOST`` and its like.

    :raises ValueError: a port that is none
    """
    info = {"host": connection_info} if isinstance(connection_info, str) else connection_info
    if host is None:
        host = _told(info, "host")
        if port is None:
            port = _told(info, "port")
        if host is None:
            host = os.environ.get("TIDB_HOST") or None
    name, port_of_host = split_host(host) if host is not None else (None, None)
    number = _port(port, "port")
    if number is None:
        number = port_of_host
    if number is None:
        number = _port(os.environ.get("TIDB_PORT") or None, "TIDB_PORT")
    return Endpoint(
        host=name,
        port=number,
        username=_first(username, _told(info, "username", "user"), os.environ.get("TIDB_USER")),
        password=_first(password, _told(info, "password"), os.environ.get("TIDB_PASSWORD")),
        database=_first(database, _told(info, "database"), os.environ.get("TIDB_DATABASE") or None),
    )


def split_host(host: str) -> Tuple[str, Optional[int]]:
    """``name:port`` and ``[v6]:port`` in their parts; an address of version 6 without brackets has no port."""
    text = host.strip()
    if text.startswith("["):
        name, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError("host %r: expected [address] or [address]:port" % host)
        return name, _port(rest[1:] or None, "host %r" % host)
    if text.count(":") == 1:
        name, _, rest = text.partition(":")
        return name, _port(rest or None, "host %r" % host)
    return text, None


def _port(value: Union[int, str, None], where: str) -> Optional[int]:
    if value is None:
        return None
    try:
        port = int(value)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise ValueError("%s: %r is no port; expected a number from 1 to 65535" % (where, value))
    return port


def _told(info: Any, *names: str) -> Any:
    """From a mapping, or from attributes of anything else."""
    for name in names:
        if isinstance(info, Mapping):
            value = cast(Mapping[str, Any], info).get(name)
        else:
            value = getattr(info, name, None)
        if value is not None:
            return value
    return None


def _first(*values: Optional[str]) -> Optional[str]:
    return next((value for value in values if value is not None), None)
