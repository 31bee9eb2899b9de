"""What is to go wrong, as data: for requests to the stand-in, and for what it delivers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

What = Literal[
    "answer", "primary_limit", "secondary_limit", "reset", "slow", "truncated", "malformed", "expired"
]
When = Literal["before", "after"]
DeliveryWhat = Literal["drop", "twice", "reorder", "delay"]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with some requests. `when` says whether they have done their work by then.

    `answer` is any `status` instead of the true answer (502, a 404 for what was just made, a lost race's
    409 or 422); `expired` ends the token that was sent; `slow` waits `seconds` and harms nothing else.
    """

    what: What
    method: str = "*"
    path: str = "*"
    """Without the `/api/v3`. `{any}` stands for one part of it, `*` for as many as there are."""
    skip: int = 0
    """How many requests that match go well first."""
    times: int | None = 1
    """How many then do not; None for all of them."""
    when: When = "before"
    status: int | None = None
    message: str | None = None
    retry_after: int | None = 60
    """For `secondary_limit`; None for the form of it that does not say how long."""
    seconds: float = 1.0

    def matches(self, method: str, path: str) -> bool:
        return self.method in ("*", method) and _pattern(self.path).fullmatch(path) is not None


@dataclass(frozen=True)
class DeliveryFault:
    """GitHub promises neither order nor delivery: `reorder` lets the next one go first, `delay` all that
    come within `seconds`, `drop` loses it (the deliveries API still has it, as failed)."""

    what: DeliveryWhat
    event: str = "*"
    """`issues`, or `issues.labeled`."""
    skip: int = 0
    times: int | None = 1
    seconds: float = 1.0

    def matches(self, event: str, action: str | None) -> bool:
        return self.event in ("*", event, f"{event}.{action}")


@dataclass
class _Counted:
    fault: Fault | DeliveryFault
    seen: int = 0

    def strikes(self) -> bool:
        """Counts one more that matched."""
        self.seen += 1
        last = None if self.fault.times is None else self.fault.skip + self.fault.times
        return self.seen > self.fault.skip and (last is None or self.seen <= last)


@dataclass
class Faults:
    """Asked in the order in which they were added: the first that strikes does, and the later ones wait."""

    _added: list[_Counted] = field(default_factory=list[_Counted])

    def add(self, *faults: Fault | DeliveryFault) -> None:
        self._added += [_Counted(fault) for fault in faults]

    def clear(self) -> None:
        self._added.clear()

    def seen(self) -> list[tuple[Fault | DeliveryFault, int]]:
        """Each, with how many that match have come to it so far."""
        return [(counted.fault, counted.seen) for counted in self._added]

    def for_request(self, method: str, path: str) -> Fault | None:
        for counted in self._added:
            fault = counted.fault
            if isinstance(fault, Fault) and fault.matches(method, path) and counted.strikes():
                return fault
        return None

    def for_delivery(self, event: str, action: str | None) -> DeliveryFault | None:
        for counted in self._added:
            fault = counted.fault
            if isinstance(fault, DeliveryFault) and fault.matches(event, action) and counted.strikes():
                return fault
        return None


@dataclass(frozen=True)
class FaultPlan:
    """Faults as they are written down: in a configuration, or sent to a stand-in in another process."""

    requests: tuple[Fault, ...] = ()
    deliveries: tuple[DeliveryFault, ...] = ()

    def all(self) -> tuple[Fault | DeliveryFault, ...]:
        return (*self.requests, *self.deliveries)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^{}]*\}|\*)", path)
    return re.compile("".join({"*": ".*", "{": "[^/]+"}.get(part[:1], re.escape(part)) for part in parts))
