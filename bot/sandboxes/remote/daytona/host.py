"""Daytona: containers of https://daytona.io or of your own, through its SDK."""

from __future__ import annotations

import asyncio
import contextlib
import os
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from pydantic import SecretStr

from bot.breakers import Breakers
from bot.sandboxes.remote.daytona.machine import DaytonaMachine, known_of
from bot.sandboxes.remote.daytona.problems import asked
from bot.sandboxes.remote.host import HostSilent, Known, Order, loaded
from workflows.errors import Gone, OperatorProblem

if TYPE_CHECKING:
    from daytona import AsyncDaytona, AsyncSandbox

T = TypeVar("T")

API_URL = "https://app.daytona.io/api"
_IDLE_MINUTES = 15
_LIFE_MINUTES = 60
"""Without a word from us, after which it is stopped; and so deleted, if it is not to last."""
_KEEP_MINUTES = 7 * 24 * 60
_START_SECONDS = 180.0
_SNAPSHOT_SECONDS = 900.0
_PAGE = 100
_GOING = {"destroyed", "destroying"}
_ENDED = {*_GOING, "error", "build_failed"}

_UNTOLD = {
    "DAYTONA_OTEL_ENABLED": "false",
    "DAYTONA_EXPERIMENTAL_OTEL_ENABLED": "false",
    "DAYTONA_USE_DEPRECATED_POLLING": "false",
    "DAYTONA_HAPPY_EYEBALLS_DELAY": "",
    "DAYTONA_TARGET": "",
    "DAYTONA_JWT_TOKEN": "",
    "DAYTONA_ORGANIZATION_ID": "",
}
"""Else the SDK looks for them in a .env of the working directory, which may be a hostile checkout."""


class DaytonaHost:
    kind = "daytona"

    def __init__(
        self,
        api_key: SecretStr,
        *,
        api_url: str = API_URL,
        target: str = "",
        persistent: bool = False,
        breakers: Breakers | None = None,
    ) -> None:
        """`target` is the region; empty is the organisation's own."""
        self.name = f"Daytona at {api_url}"
        self._key = api_key
        self._api_url = api_url
        self._target = target
        self._persistent = persistent
        self._breaker = (breakers or Breakers()).of(self.name, counts=HostSilent)
        self._opening = asyncio.Lock()
        self._opened: AsyncDaytona | None = None

    async def make(self, order: Order) -> DaytonaMachine:
        client = await self._client()
        from daytona import CreateSandboxFromSnapshotParams

        asks = CreateSandboxFromSnapshotParams(
            snapshot=order.template or None,
            labels=dict(order.labels),
            public=False,
            network_block_all=not order.hosts,
            domain_allow_list=",".join(order.hosts) or None,
            auto_stop_interval=_IDLE_MINUTES if self._persistent else _LIFE_MINUTES,
            auto_delete_interval=_KEEP_MINUTES if self._persistent else 0,
        )
        try:
            made = await self._ask(lambda: client.create(asks, timeout=_START_SECONDS))
        except Gone as unknown:
            raise OperatorProblem(
                f"{self.name} has no snapshot {order.template or 'of its own'!r}: {unknown.sentence}"
            ) from unknown
        return DaytonaMachine(self, made, order.hosts)

    async def look(self, machine_id: str) -> Known:
        return known_of(await self._found(machine_id))

    async def open(self, known: Known) -> DaytonaMachine:
        found = await self._found(known.id)
        if found.state != "started":
            await self._ask(lambda: found.start(timeout=_START_SECONDS))
        return DaytonaMachine(self, found)

    async def listed(self, labels: Mapping[str, str]) -> Sequence[Known]:
        client = await self._client()
        from daytona import ListSandboxesQuery

        async def all_pages() -> list[Known]:
            return [
                known_of(one)
                async for one in client.list(ListSandboxesQuery(labels=dict(labels), limit=_PAGE))
                if one.state not in _GOING
            ]

        return await self._ask(all_pages)

    async def end(self, machine_id: str) -> None:
        client = await self._client()
        with contextlib.suppress(Gone):
            found = await self._ask(lambda: client.get(machine_id))
            if found.id == machine_id:
                await self._ask(lambda: found.delete(timeout=_START_SECONDS, wait=True))

    async def kept(self, name: str) -> str:
        client = await self._client()
        try:
            return (await self._ask(lambda: client.snapshot.get(name))).name
        except Gone:
            return ""

    async def close(self) -> None:
        if self._opened:
            await self._opened.close()
            self._opened = None

    async def snapshot(self, machine: AsyncSandbox, name: str) -> str:
        await self._ask(lambda: machine.create_snapshot(name, timeout=_SNAPSHOT_SECONDS))
        return name

    async def _found(self, machine_id: str) -> AsyncSandbox:
        client = await self._client()
        found = await self._ask(lambda: client.get(machine_id))
        # It finds by name, too, and a name is not what we were given.
        if found.id != machine_id or found.state in _ENDED:
            raise Gone(f"{self.name} has no sandbox {machine_id!r}.")
        return found

    async def _ask(self, work: Callable[[], Awaitable[T]]) -> T:
        return await self._breaker.call(lambda: asked(self.name, work))

    async def _client(self) -> AsyncDaytona:
        async with self._opening:
            if self._opened is None:
                self._opened = await self._open()
            return self._opened

    async def _open(self) -> AsyncDaytona:
        if not self._key.get_secret_value():
            raise OperatorProblem("There is no API key for Daytona: set REDFIRST_DAYTONA_API_KEY.")
        # It takes seconds to load, in which others go on.
        if await asyncio.to_thread(loaded, "daytona._async.daytona") is None:
            raise OperatorProblem("Daytona's SDK is not installed: install redfirst[daytona].")
        from daytona import AsyncDaytona, DaytonaConfig

        for name, value in _UNTOLD.items():
            os.environ.setdefault(name, value)
        config = DaytonaConfig(
            api_key=self._key.get_secret_value(), api_url=self._api_url, target=self._target or None
        )
        with warnings.catch_warnings():
            # That a .env says otherwise is what we take care of.
            warnings.simplefilter("ignore", UserWarning)
            return AsyncDaytona(config)
