from __future__ import annotations

import asyncio
import contextlib

import pytest

from bot.sandboxes.remote.heeding import heeding


async def deaf() -> str:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(60)
    return "done"


async def test_who_is_cancelled_stops_though_what_it_asked_did_not_say_so() -> None:
    running = asyncio.create_task(heeding(deaf))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_what_is_asked_while_cleaning_up_after_a_cancellation_is_answered() -> None:
    said: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            said.append(await heeding(lambda: asyncio.sleep(0, "cleaned up")))

    running = asyncio.create_task(work())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert said == ["cleaned up"]
