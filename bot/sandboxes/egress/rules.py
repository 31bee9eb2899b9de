"""Whom one set-up may talk to, and what is said of the rest. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from policies.hosts import Host, hosts, name_of

NOT_ALLOWED = "it is not allowed"
NOT_PUBLIC = "it has an address that is not public"
_HTTP = 80
_SHOWN = 80
_ODD = re.compile(r"[^A-Za-z0-9.:/_-]")


class NotAllowed(Exception):
    """Whom it was asked for, as it can be shown, and why not."""

    def __init__(self, host: str, why: str) -> None:
        super().__init__(f"{host}: {why}")
        self.host = host
        self.why = why


@dataclass(frozen=True)
class Rules:
    hosts: tuple[Host, ...]
    internal: tuple[Host, ...] = ()
    """Those whose addresses may be of the operator's own network."""

    @classmethod
    def of(cls, allowed: Iterable[str], internal: Iterable[str] = ()) -> Rules:
        return cls(hosts(allowed), hosts(internal))

    @classmethod
    def read(cls, text: str) -> Rules:
        said: dict[str, list[str]] = json.loads(text)
        return cls.of(said["hosts"], said["internal"])

    def check(self, name: str, port: int) -> None:
        if not any(one.covers(name, port) for one in self.hosts):
            raise NotAllowed(name if port in {443, _HTTP} else f"{name}:{port}", NOT_ALLOWED)

    def is_internal(self, name: str, port: int) -> bool:
        return any(one.covers(name, port) for one in self.internal)


def written(allowed: Iterable[str], internal: Iterable[str]) -> str:
    """For `Rules.read`, on the other side of a command line."""
    return json.dumps({"hosts": list(allowed), "internal": list(internal)})


def authority(target: bytes) -> tuple[str, int]:
    """Of a CONNECT: a name and a port, both as plain as can be."""
    text = target.decode("latin-1")
    name, _, port = text.rpartition(":")
    if not name_of(name) or not (port.isascii() and port.isdecimal() and len(port) <= len("65535")):
        raise NotAllowed(shown(text), "it is not the name of a host with a port")
    return name_of(name), int(port)


def url(target: bytes) -> tuple[str, int, bytes]:
    """Of any other request: host, port, and what its server is to be asked for."""
    text = target.decode("latin-1")
    try:
        parts = urlsplit(text)
        port = _HTTP if parts.port is None else parts.port
    except ValueError:
        raise NotAllowed(shown(text), "it is not an address of the web") from None
    # Not `hostname`, which takes away what is before an @ and around an IPv6 address.
    name = name_of(parts.netloc.partition(":")[0])
    if not name:
        raise NotAllowed(shown(parts.netloc or text), "it is not the name of a host")
    if parts.scheme != "http":
        raise NotAllowed(name, "a proxy is asked for http:// or for a tunnel")
    path = parts.path or "/"
    return name, port, (f"{path}?{parts.query}" if parts.query else path).encode("latin-1")


def shown(text: str) -> str:
    """What strangers' code asked for: no second line, no mention and no markup, wherever it is shown."""
    return _ODD.sub("?", text[:_SHOWN])
