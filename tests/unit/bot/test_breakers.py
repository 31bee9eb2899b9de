"""What many runs share is left alone while it is away, and asked again by one."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from datetime import UTC, datetime
from math import ceil

import pytest

from bot.breakers import Breaker, Breakers, Pace
from workflows.engine.retry import Retry
from workflows.errors import Gone, OperatorProblem, Passing, Problem, SandboxBroken, Unreachable

PACE = Pace(failures=3, first_rest=10, longest_rest=40, patience=5, longest_wait=100)


class Clock:
    def __init__(self) -> None:
        self.ahead = 0.0
        self._time = time.time

    def __call__(self) -> float:
        return self._time() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "time", made)
    return made


class Service:
    """Something outside, that is asked and does what it is told to."""

    def __init__(self, fails: Problem | None = None) -> None:
        self.fails = fails
        self.asked = 0
        self.pending = asyncio.Event()
        self.pending.set()

    async def __call__(self) -> str:
        self.asked += 1
        await self.pending.wait()
        if self.fails is not None:
            raise self.fails
        return "here"


def breaker() -> Breaker:
    return Breakers(PACE).of("the model m")


async def outcome(breaker: Breaker, service: Service) -> str:
    try:
        return await breaker.call(service)
    except Problem as problem:
        return type(problem).__name__


async def opened(service: Service | None = None) -> tuple[Breaker, Service]:
    guard, service = breaker(), service or Service(Passing("503"))
    assert [await outcome(guard, service) for _ in range(3)] == ["Passing", "Passing", "Unreachable"]
    return guard, service


def from_now(problem: Unreachable) -> float:
    return problem.until.timestamp() - time.time()


async def test_what_works_is_passed_through() -> None:
    guard = breaker()
    assert await guard.call(Service()) == "here"
    assert guard.away == ""


async def test_while_it_is_open_nobody_is_asked(clock: Clock) -> None:
    guard, service = await opened()
    assert [await outcome(guard, service) for _ in range(5)] == ["Unreachable"] * 5
    assert service.asked == 3


async def test_it_opens_before_a_step_has_used_up_its_attempts() -> None:
    assert PACE.failures <= Retry().attempts
    assert Pace().failures <= Retry().attempts
    assert not Retry().after(Unreachable("away", datetime.now(UTC)))


async def test_the_sentence_says_what_is_away_since_when_and_until_when(clock: Clock) -> None:
    guard, service = await opened()
    with pytest.raises(Unreachable) as raised:
        await guard.call(service)
    times = r"\d\d:\d\d:\d\d UTC"
    assert re.search(
        rf"the model m .* since .*{times}; it is asked again at .*{times}", raised.value.sentence
    )
    assert 9 < from_now(raised.value) <= 10


async def test_what_one_run_was_doing_is_not_told_to_another() -> None:
    guard, service = await opened(Service(Passing("reading octo/secret: 503")))
    with pytest.raises(Unreachable) as raised:
        await guard.call(service)
    assert "octo/secret" not in raised.value.sentence
    assert "octo/secret" not in guard.away


async def test_a_success_between_failures_starts_the_count_anew() -> None:
    guard, service = breaker(), Service(Passing("503"))
    for _ in range(4):
        assert [await outcome(guard, service) for _ in range(2)] == ["Passing", "Passing"]
        await guard.call(Service())
    assert guard.away == ""


@pytest.mark.parametrize("problem", [OperatorProblem("401"), Gone("404")])
async def test_a_no_is_an_answer(problem: Problem) -> None:
    guard = breaker()
    for _ in range(5):
        assert await outcome(guard, Service(problem)) == type(problem).__name__
    assert guard.away == ""


async def test_a_no_ends_an_outage_too(clock: Clock) -> None:
    guard, _ = await opened()
    clock.ahead = 11
    assert await outcome(guard, Service(OperatorProblem("401"))) == "OperatorProblem"
    assert guard.away == ""


async def test_only_the_problems_that_count_open_it() -> None:
    guard = Breakers(PACE).of("the engine", counts=SandboxBroken)
    for _ in range(5):
        assert await outcome(guard, Service(Passing("another thing"))) == "Passing"
    for problem in (SandboxBroken("gone"), SandboxBroken("gone"), Passing("another thing")) * 3:
        assert await outcome(guard, Service(problem)) == type(problem).__name__
    assert guard.away == ""
    assert [await outcome(guard, Service(SandboxBroken("gone"))) for _ in range(3)][-1] == "Unreachable"


async def test_a_bug_is_neither_counted_nor_hidden() -> None:
    guard = breaker()

    async def bug() -> str:
        raise KeyError("x")

    for _ in range(4):
        with pytest.raises(KeyError):
            await guard.call(bug)
    assert guard.away == ""


async def test_after_a_rest_one_asks_and_the_others_go_away_at_once(clock: Clock) -> None:
    guard, service = await opened()
    clock.ahead = 11
    service.pending.clear()
    probe = asyncio.create_task(outcome(guard, service))
    await asyncio.sleep(0.01)
    others = [await asyncio.wait_for(outcome(guard, service), 1) for _ in range(5)]
    service.pending.set()
    assert (others, await probe) == (["Unreachable"] * 5, "Unreachable")
    assert service.asked == 4


async def test_of_many_that_come_in_the_same_moment_one_asks(clock: Clock) -> None:
    guard, service = await opened()
    clock.ahead = 11
    service.pending.clear()
    together = asyncio.gather(*(outcome(guard, service) for _ in range(20)))
    await asyncio.sleep(0.01)
    service.pending.set()
    assert set(await together) == {"Unreachable"}
    assert service.asked == 4


async def test_a_probe_that_works_ends_it(clock: Clock) -> None:
    guard, service = await opened()
    clock.ahead = 11
    service.fails = None
    assert [await outcome(guard, service) for _ in range(3)] == ["here"] * 3
    assert guard.away == ""


async def test_a_probe_that_is_cancelled_lets_the_next_one_ask(clock: Clock) -> None:
    guard, service = await opened()
    clock.ahead = 11
    service.pending.clear()
    probe = asyncio.create_task(guard.call(service))
    await asyncio.sleep(0.01)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    assert await guard.call(Service()) == "here"


async def test_a_cancelled_call_is_no_failure() -> None:
    guard, service = breaker(), Service()
    service.pending.clear()
    for _ in range(5):
        call = asyncio.create_task(guard.call(service))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert await guard.call(Service()) == "here"


async def test_rests_double_up_to_a_bound_even_after_days(clock: Clock) -> None:
    guard, service = await opened()
    rests: list[float] = []
    for _ in range(1_100):
        clock.ahead += 41
        with pytest.raises(Unreachable) as raised:
            await guard.call(service)
        rests.append(ceil(from_now(raised.value)))
    # Of some, time had taken a second already.
    assert rests[0] in {19, 20}
    assert set(rests[1:]) <= {39, 40}
    assert service.asked == 3 + 1_100


async def test_a_long_wait_that_was_asked_for_is_kept_from_the_first_failure_on(clock: Clock) -> None:
    guard, service = breaker(), Service(Passing("429", wait=60))
    with pytest.raises(Unreachable) as raised:
        await guard.call(service)
    assert 59 < from_now(raised.value) <= 60
    clock.ahead = 58
    assert await outcome(guard, service) == "Unreachable"
    assert service.asked == 1
    clock.ahead = 61
    assert await guard.call(Service()) == "here"


async def test_a_short_wait_that_was_asked_for_is_left_to_the_step(clock: Clock) -> None:
    guard = breaker()
    with pytest.raises(Passing) as raised:
        await guard.call(Service(Passing("429", wait=5)))
    assert raised.value.wait == 5


async def test_nobody_can_ask_for_more_than_a_bound(clock: Clock) -> None:
    with pytest.raises(Unreachable) as raised:
        await breaker().call(Service(Passing("429", wait=10**9)))
    assert 99 < from_now(raised.value) <= 100


async def test_a_call_that_was_under_way_when_it_opened_does_not_use_up_an_attempt() -> None:
    guard, late = breaker(), Service(Passing("503"))
    late.pending.clear()
    under_way = asyncio.create_task(outcome(guard, late))
    await asyncio.sleep(0.01)
    for _ in range(3):
        await outcome(guard, Service(Passing("503")))
    late.pending.set()
    assert await under_way == "Unreachable"


async def test_a_change_is_logged_once_and_not_each_call(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "redfirst.breakers")
    guard, service = await opened(Service(Passing("answered 503")))
    for _ in range(20):
        await outcome(guard, service)
    (line,) = caplog.messages
    assert "the model m has not answered" in line
    assert "(answered 503)" in line
    clock.ahead = 11
    service.fails = None
    for _ in range(3):
        await outcome(guard, service)
    assert caplog.messages[1:] == ["the model m answers again, after 11 seconds"]


async def test_each_thing_has_its_own_and_all_that_are_away_are_listed() -> None:
    every = Breakers(PACE)
    assert every.of("a") is every.of("a")
    for _ in range(3):
        await outcome(every.of("a"), Service(Passing("503")))
    assert await every.of("b").call(Service()) == "here"
    (said,) = every.away()
    assert said.startswith("a has not answered since")
