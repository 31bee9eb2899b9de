"""Names of hosts, as rules and proxies compare them. Pure, and nothing newer than Python 3.9: it is packed.

A name is compared whole, as text: no address in any of its forms is a name, so none can be asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

WEB = (443, 80)
_MOST = 253
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# The last label begins with a letter: 127.1, 0x7f000001 and 2130706433 are addresses to a resolver.
_NAME = re.compile(rf"(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_PORTS = 65535


@dataclass(frozen=True)
class Host:
    """`name`, `*.name` for all that is below it, and either with `:port` in place of the web's own."""

    name: str
    below: bool = False
    ports: tuple[int, ...] = WEB

    def covers(self, name: str, port: int) -> bool:
        same = name.endswith(f".{self.name}") if self.below else name == self.name
        return same and port in self.ports

    def within(self, others: Iterable[Host]) -> bool:
        """Whether all that this allows is allowed by one of the others."""
        return any(
            set(self.ports) <= set(other.ports)
            and (
                (self.name, self.below) == (other.name, other.below)
                or (other.below and self.name.endswith(f".{other.name}"))
            )
            for other in others
        )


def name_of(text: str) -> str:
    """The name as it is compared, or empty when it is none: a final dot and what is not ASCII are none."""
    name = text.lower() if text.isascii() else ""
    return name if len(name) <= _MOST and _NAME.fullmatch(name) else ""


def host(text: str) -> Host | None:
    """What `text` allows; None when it is not written as it should be, or allows half the world."""
    whole, colon, port = text.strip().partition(":")
    if colon and not (_PORT.fullmatch(port) and int(port) <= _PORTS):
        return None
    below = whole.startswith("*.")
    name = name_of(whole[2:] if below else whole)
    if not name or (below and "." not in name):
        return None
    return Host(name, below, (int(port),) if colon else WEB)


def hosts(texts: Iterable[str]) -> tuple[Host, ...]:
    found = (host(text) for text in texts)
    return tuple(one for one in found if one)


def strangers(wanted: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """Those among `wanted` that are not within what was granted, or are no hosts at all."""
    known = hosts(granted)
    found = [(text, host(text)) for text in wanted]
    return tuple(text for text, one in found if one is None or not one.within(known))
