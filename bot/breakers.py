"""Breakers: what many runs share is left alone for a while when it has failed several times in a row.

The states, and the one probe after a rest, are fluxgate's. Here is which of our problems count, how long the
rests are, and what those are told who come meanwhile.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from fluxgate import AsyncCircuitBreaker, CallNotPermittedError
from fluxgate.permits import All
from fluxgate.retries import Retry
from fluxgate.signal import Signal
from fluxgate.trackers import TypeOf
from fluxgate.trippers import CallContext, FailureStreak, HalfOpened, Tripper

from workflows.errors import Passing, Problem, Unreachable

T = TypeVar("T")

log = logging.getLogger("redfirst.breakers")

MOST_DOUBLINGS = 20


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon a breaker gives up, and for how long."""

    failures: int = 3
    """In a row. Not more than a step has attempts: so in an outage the breaker opens before a run fails."""
    first_rest: float = 15.0
    longest_rest: float = 300.0
    """Rests double up to this, as long as the probe between them fails."""
    patience: float = 10.0
    """A wait that the other side asks for, and that is no longer, is left to the step's own retries."""
    longest_wait: float = 3600.0
    """However long the other side asks for."""


@dataclass(slots=True)
class _Rest(Retry):
    pace: Pace
    asked: float = 0.0
    """Until when we were asked to stay away."""

    def ask(self, seconds: float) -> None:
        self.asked = time.time() + min(seconds, self.pace.longest_wait)

    def until(self, opened: float, reopens: int) -> float:
        # An unbounded power is an overflow after some days of outage, and no probe would ever be made again.
        doubled = self.pace.first_rest * 2 ** min(reopens, MOST_DOUBLINGS)
        return max(self.asked, opened + min(doubled, self.pace.longest_rest))

    def __call__(self, changed_at: float, reopens: int) -> bool:
        return time.time() >= self.until(changed_at, reopens)


@dataclass(slots=True)
class _Asked(Tripper):
    """Opens at once when the other side says how long it wants to be left alone."""

    rest: _Rest

    def __call__(self, ctx: CallContext) -> bool:
        return ctx.consecutive_failures > 0 and self.rest.asked > time.time()


@dataclass(frozen=True, slots=True)
class _Heard(Generic[T]):
    value: T


class Breaker:
    def __init__(self, what: str, counts: type[Passing], fails: str, pace: Pace) -> None:
        self._what = what
        self._fails = fails
        self._counts = counts
        self._pace = pace
        self._rest = _Rest(pace)
        self._since = 0.0
        self._said = ""
        self._probing = False
        self._circuit = AsyncCircuitBreaker(
            tracker=TypeOf(counts),
            tripper=FailureStreak(pace.failures) | (HalfOpened() & FailureStreak(1)) | _Asked(self._rest),
            retry=self._rest,
            permit=All(),
            max_half_open_calls=1,
            listeners=[self._changed],
        )

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """What the work gives; Unreachable, at once, while the breaker is open, and for what opens it."""
        if self._probing:
            # Its probe may take minutes; nobody waits for the probe of somebody else.
            raise self._unreachable()
        try:
            heard = await self._circuit.call(self._hear, work)
        except CallNotPermittedError:
            raise self._unreachable() from None
        except self._counts as problem:
            if self._is_closed:
                raise
            raise self._unreachable(problem.sentence) from problem
        if isinstance(heard, Problem):
            raise heard
        return heard.value

    @property
    def away(self) -> str:
        """The sentence for people while it is open, without what any single run was doing; else nothing."""
        return "" if self._is_closed else self._unreachable().sentence

    @property
    def _is_closed(self) -> bool:
        return self._circuit.info().state == "closed"

    async def _hear(self, work: Callable[[], Awaitable[T]]) -> _Heard[T] | Problem:
        probe = self._circuit.info().state == "half_open"
        self._probing = self._probing or probe
        try:
            return _Heard(await work())
        except self._counts as problem:
            self._said = problem.sentence
            if problem.wait is not None and problem.wait > self._pace.patience:
                self._rest.ask(problem.wait)
            raise
        except Problem as refusal:
            # Who refuses has answered.
            return refusal
        finally:
            if probe:
                self._probing = False

    def _unreachable(self, because: str = "") -> Unreachable:
        until = self._until()
        sentence = (
            f"{self._what} {self._fails} since {_clock(self._since)}; it is asked again at {_clock(until)}"
        )
        return Unreachable(
            f"{because}; {sentence}" if because else sentence, datetime.fromtimestamp(until, UTC)
        )

    def _until(self) -> float:
        info = self._circuit.info()
        if info.state == "open":
            return self._rest.until(info.changed_at, info.reopens)
        return time.time() + self._pace.first_rest

    def _changed(self, signal: Signal) -> None:
        match signal.old_state, signal.new_state:
            case "closed", "open":
                self._since = signal.timestamp
                log.warning("%s (%s)", self.away, self._said)
            case "half_open", "open":
                log.info("%s (%s)", self.away, self._said)
            case _, "closed":
                seconds = signal.timestamp - self._since
                log.warning("%s answers again, after %.0f seconds", self._what, seconds)
            case _:
                log.debug("%s is asked again", self._what)


class Breakers:
    """All of one process, by what they stand before. Another process finds out for itself."""

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._all: dict[tuple[str, str], Breaker] = {}

    def of(self, what: str, *, counts: type[Passing] = Passing, fails: str = "has not answered") -> Breaker:
        """`counts` are the problems that open it; any other is an answer, if not the one that was wanted."""
        if (what, fails) not in self._all:
            self._all[what, fails] = Breaker(what, counts, fails, self._pace)
        return self._all[what, fails]

    def away(self) -> list[str]:
        """A sentence for each thing that is left alone now."""
        return [breaker.away for breaker in self._all.values() if breaker.away]


def _clock(at: float) -> str:
    then, now = datetime.fromtimestamp(at, UTC), datetime.now(UTC)
    return f"{then:%H:%M:%S} UTC" if then.date() == now.date() else f"{then:%Y-%m-%d %H:%M:%S} UTC"
