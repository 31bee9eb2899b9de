import asyncio

from sluice import gather


def test_the_first_may_wait_for_the_second():
    async def both():
        done = asyncio.Event()

        async def waits():
            await done.wait()
            return 1

        async def frees():
            done.set()
            return 2

        return await gather([waits(), frees()])

    assert asyncio.run(both()) == [1, 2]
