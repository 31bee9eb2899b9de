import asyncio

import pytest

from sluice import gather, outcomes


async def after(turns, it):
    for _ in range(turns):
        await asyncio.sleep(0)
    if isinstance(it, Exception):
        raise it
    return it


@pytest.mark.parametrize("at_once", [2, 3])
def test_results_are_in_the_order_of_the_work(at_once):
    work = [after(9, "slow"), after(1, "quick"), after(3, "between")]
    assert asyncio.run(gather(work, at_once=at_once)) == ["slow", "quick", "between"]


def test_errors_are_at_their_place():
    found = asyncio.run(outcomes([after(5, "slow"), after(0, KeyError("quick"))]))
    assert [one.ok for one in found] == [True, False]
