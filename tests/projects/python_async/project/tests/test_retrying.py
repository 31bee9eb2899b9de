import asyncio

import pytest

from sluice import Policy, retry


@pytest.mark.parametrize(
    ("policy", "pauses"),
    [
        (Policy(attempts=1), []),
        (Policy(attempts=4, first=1), [1, 2, 4]),
        (Policy(attempts=4, first=1, longest=2), [1, 2, 2]),
    ],
)
def test_pauses(policy, pauses):
    assert policy.pauses() == pauses


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_tried_again(failures):
    left, slept = [OSError()] * failures, []

    async def call():
        if left:
            raise left.pop()
        return "done"

    async def sleep(seconds):
        slept.append(seconds)

    assert asyncio.run(retry(call, sleep=sleep)) == "done"
    assert len(slept) == failures


def test_another_error_is_not_tried_again():
    calls = []

    async def call():
        calls.append(1)
        raise KeyError

    with pytest.raises(KeyError):
        asyncio.run(retry(call))
    assert calls == [1]
