"""E2B: microVMs of https://e2b.dev or of your own, through its SDK. Their agent runs what we send as root."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import SecretStr

from bot.breakers import Breakers
from bot.sandboxes.remote.e2b.machine import E2BMachine
from bot.sandboxes.remote.e2b.problems import asked
from bot.sandboxes.remote.host import HostSilent, Known, Order, loaded
from workflows.errors import Gone, OperatorProblem

if TYPE_CHECKING:
    from e2b import AsyncSandbox
    from e2b.sandbox.sandbox_api import SandboxInfo

T = TypeVar("T")

_LIFE_SECONDS = 3600
"""What every plan allows; put off again and again while the sandbox is used."""
_IDLE_SECONDS = 900
"""After which a persistent one is put to sleep."""
_PAGE = 100
_EVERYBODY = "0.0.0.0/0"


class E2BHost:
    kind = "e2b"

    def __init__(
        self,
        api_key: SecretStr,
        *,
        domain: str = "e2b.app",
        api_url: str = "",
        sandbox_url: str = "",
        persistent: bool = False,
        breakers: Breakers | None = None,
    ) -> None:
        """The URLs are for what stands in for both of its sides; else the domain says where they are."""
        self.name = f"E2B at {api_url or domain}"
        self._key = api_key
        self._where = {"domain": domain, "api_url": api_url or None, "sandbox_url": sandbox_url or None}
        self._persistent = persistent
        self._breaker = (breakers or Breakers()).of(self.name, counts=HostSilent)

    async def make(self, order: Order) -> E2BMachine:
        sdk, options = await self._sdk()
        on_timeout = "pause" if self._persistent else "kill"
        network: dict[str, Any] = {"allow_internet_access": False}
        if order.hosts:
            # Names are only held to where all the rest is denied.
            network = {"network": {"allow_out": list(order.hosts), "deny_out": [_EVERYBODY]}}
        try:
            made = await self._ask(
                lambda: sdk.create(
                    template=order.template or None,
                    timeout=self._life,
                    metadata=dict(order.labels),
                    lifecycle={"on_timeout": on_timeout},
                    **network,
                    **options,
                )
            )
        except Gone as unknown:
            raise OperatorProblem(
                f"{self.name} has no template {order.template or 'base'!r}: {unknown.sentence}"
            ) from unknown
        try:
            info = await self._ask(made.get_info)
        except BaseException:
            await self._ask(made.kill)
            raise
        return E2BMachine(self, made, _known(info, order.hosts), self._life)

    async def look(self, machine_id: str) -> Known:
        sdk, options = await self._sdk()
        return _known(await self._ask(lambda: sdk.get_info(machine_id, **options)))

    async def open(self, known: Known) -> E2BMachine:
        sdk, options = await self._sdk()
        opened = await self._ask(lambda: sdk.connect(known.id, timeout=self._life, **options))
        return E2BMachine(self, opened, known, self._life)

    async def listed(self, labels: Mapping[str, str]) -> Sequence[Known]:
        sdk, options = await self._sdk()
        from e2b import SandboxQuery

        pages = sdk.list(query=SandboxQuery(metadata=dict(labels)), limit=_PAGE, **options)
        found: list[Known] = []
        while pages.has_next:
            found += [_known(info) for info in await self._ask(pages.next_items)]
        return found

    async def end(self, machine_id: str) -> None:
        sdk, options = await self._sdk()
        await self._ask(lambda: sdk.kill(machine_id, **options))

    async def kept(self, name: str) -> str:
        sdk, options = await self._sdk()
        pages = sdk.list_snapshots(name=name, limit=_PAGE, **options)
        while pages.has_next:
            for snapshot in await self._ask(pages.next_items):
                # As it was named, or with the team before it and a tag after it.
                if name in {each.rpartition("/")[2].partition(":")[0] for each in snapshot.names}:
                    return snapshot.snapshot_id
        return ""

    async def close(self) -> None:
        """Its connections are the SDK's, for the whole process."""

    async def snapshot(self, machine: AsyncSandbox, name: str) -> str:
        return (await self._ask(lambda: machine.create_snapshot(name, request_timeout=600))).snapshot_id

    async def extend(self, machine: AsyncSandbox, seconds: int) -> None:
        await self._ask(lambda: machine.set_timeout(seconds))

    @property
    def _life(self) -> int:
        return _IDLE_SECONDS if self._persistent else _LIFE_SECONDS

    async def _ask(self, work: Callable[[], Awaitable[T]]) -> T:
        return await self._breaker.call(lambda: asked(self.name, work))

    async def _sdk(self) -> tuple[type[AsyncSandbox], dict[str, Any]]:
        if not self._key.get_secret_value():
            raise OperatorProblem("There is no API key for E2B: set REDFIRST_E2B_API_KEY.")
        # It takes a second or two to load, in which others go on.
        if await asyncio.to_thread(loaded, "e2b") is None:
            raise OperatorProblem("E2B's SDK is not installed: install redfirst[e2b].")
        from e2b import AsyncSandbox

        # Debug mode, which a variable of the environment turns on, speaks to no API at all.
        options = {**self._where, "api_key": self._key.get_secret_value(), "debug": False, "retries": 1}
        return AsyncSandbox, options


def _known(info: SandboxInfo, hosts: Sequence[str] = ()) -> Known:
    network = info.network or {}
    sealed = info.allow_internet_access is False
    if hosts:
        sealed = set(network.get("allow_out", ())) == set(hosts) and _EVERYBODY in network.get("deny_out", ())
    about = f"E2B microVM of {info.cpu_count} CPU and {info.memory_mb} MiB (envd {info.envd_version})"
    return Known(info.sandbox_id, info.metadata, about, sealed)
