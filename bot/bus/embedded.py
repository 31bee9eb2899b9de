"""The default of one machine: the NATS bus, over a private server that nobody had to install."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from bot.bus.nats import NatsBus
from bot.bus.port import BusUnavailable, Received, Topic
from bot.bus.rules import ACK_SECONDS, MARK_SECONDS
from bot.bus.server import NatsServer


class EmbeddedBus:
    def __init__(
        self,
        data_dir: Path,
        *,
        in_memory: bool = False,
        binary: str | None = None,
        ack_seconds: float = ACK_SECONDS,
        mark_seconds: float = MARK_SECONDS,
    ) -> None:
        self._directory = data_dir / "bus"
        self._in_memory = in_memory
        self._binary = binary
        self._ack_seconds = ack_seconds
        self._mark_seconds = mark_seconds
        self._lock: int | None = None
        self._throw_away: Path | None = None
        self._bus: NatsBus | None = None
        self.server: NatsServer | None = None

    async def open(self) -> None:
        try:
            self.server = NatsServer(self._place(), self._binary)
            url = await self.server.start()
            self._bus = NatsBus(
                url,
                token=self.server.secret,
                in_memory=self._in_memory,
                ack_seconds=self._ack_seconds,
                mark_seconds=self._mark_seconds,
            )
            await self._bus.open()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        bus, self._bus = self._bus, None
        if bus is not None:
            await bus.close()
        server, self.server = self.server, None
        if server is not None:
            await server.stop()
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)
        throw_away, self._throw_away = self._throw_away, None
        if throw_away is not None:
            await asyncio.to_thread(shutil.rmtree, throw_away, ignore_errors=True)

    async def check(self) -> str:
        return f"{await self._opened.check()}, private"

    async def worries(self) -> Sequence[str]:
        return await self._opened.worries()

    async def announce(self, topic: Topic, item: str, *more: str, mark: str = "") -> None:
        await self._opened.announce(topic, item, *more, mark=mark)

    async def receive(self, topic: Topic) -> AsyncGenerator[Received]:
        if self._bus is not None:
            async with contextlib.aclosing(self._bus.receive(topic)) as messages:
                async for message in messages:
                    yield message

    @property
    def _opened(self) -> NatsBus:
        if self._bus is None:
            raise BusUnavailable("the bus is closed: this process is about to end")
        return self._bus

    def _place(self) -> Path:
        if self._in_memory:
            # Some state is always in files; it is nobody else's, and goes when we go.
            self._throw_away = Path(tempfile.mkdtemp(prefix="redfirst-bus-"))
            return self._throw_away
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(self._directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusUnavailable(
                f"another redfirst runs its bus in {self._directory}: stop it, give this one "
                "a data directory of its own, or let both use one NATS server by its URL"
            ) from error
        except OSError as error:
            raise BusUnavailable(
                f"the bus cannot use {self._directory} ({error.strerror}): make it writable for this user"
            ) from error
        return self._directory
