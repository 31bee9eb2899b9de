"""Says from outside that something goes on: a command has no bus of its own, and workers may share one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.bus.port import BusUnavailable, Topic
from bot.settings import Settings

AT_ONCE = "a worker that is free goes on with it at once"


async def announce(settings: Settings, items: Sequence[tuple[Topic, str]]) -> str:
    """Where that can be done from here; a sentence on when they go on, for one of them or for many."""
    if not items:
        return ""
    later = f"a worker goes on with it within {settings.sweep_seconds:.0f} s"
    if not settings.nats_url:
        # The private server belongs to the process that started it.
        return later
    from bot.bus import open_bus

    bus = open_bus(settings.nats_url, settings.data_dir)
    try:
        await bus.open()
        for topic, item in items:
            await bus.announce(topic, item)
    except BusUnavailable as problem:
        return f"{later}; it could not be announced: {problem.sentence}"
    finally:
        await bus.close()
    return AT_ONCE
