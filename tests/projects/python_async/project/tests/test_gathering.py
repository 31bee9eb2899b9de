import asyncio

import pytest

from sluice import Outcome, gather, outcomes


async def value(it):
    await asyncio.sleep(0)
    return it


async def fail(error):
    raise error


@pytest.mark.parametrize("count", [0, 1, 3, 20])
@pytest.mark.parametrize("at_once", [1, 2, 50])
def test_all_values_come(count, at_once):
    assert asyncio.run(gather([value(n) for n in range(count)], at_once=at_once)) == list(range(count))


def test_never_more_than_allowed():
    running = most = 0

    async def watched():
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    asyncio.run(gather([watched() for _ in range(9)], at_once=4))
    assert most == 4


def test_errors_are_outcomes():
    found = asyncio.run(outcomes([fail(KeyError("k")), value(1)]))
    assert [one.ok for one in found] == [False, True]
    with pytest.raises(KeyError):
        found[0].get()


def test_an_error_is_raised():
    with pytest.raises(KeyError):
        asyncio.run(gather([fail(KeyError("k"))]))


@pytest.mark.parametrize("at_once", [0, -1])
def test_none_at_once_is_refused(at_once):
    with pytest.raises(ValueError, match="at least 1"):
        asyncio.run(gather([], at_once=at_once))


def test_an_outcome_without_error_is_ok():
    assert Outcome(value=None).ok
