"""All example payloads that GitHub publishes: handled, or ignored with a reason, and none a bug."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.breakers import Breakers
from bot.bus.memory import MemoryBus
from bot.github.guarded import GuardedForge
from bot.listening import serving
from bot.settings import Settings, load
from bot.standin.config import AppSeed, RepositorySeed, StandInConfig, UserSeed
from bot.standin.people import StandIn
from bot.standin.server import running
from bot.store.port import Delivery, DeliveryState, Store
from bot.web.app import create_app
from bot.wiring import plant, store_of
from tests.github.examples import SECRET, Example, examples
from tests.unit.bot.signed import headers

HOW_MANY = 329
TOKEN = "token-of-the-bot"
TAMPERED = "tampered-"


@dataclass
class Delivered:
    store: Store
    signed: dict[str, int] = field(default_factory=dict[str, int])
    tampered: dict[str, int] = field(default_factory=dict[str, int])
    """What each was answered."""
    raised: dict[str, str] = field(default_factory=dict[str, str])

    async def kept(self) -> Sequence[tuple[Example, Delivery]]:
        return [(one, await self.store.delivery(one.id)) for one in examples() if self.signed[one.id] == 202]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def delivered(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Delivered]:
    """To the real server over real HTTP, kept in a real store, and then worked on as a worker does."""
    assert examples()
    async with running(_world()) as standin:
        settings = _settings(standin, tmp_path_factory.mktemp("examples"))
        async with (
            store_of(settings) as store,
            plant(settings, store, GuardedForge(settings, Breakers()), trusted=True) as works,
        ):
            bus, come = MemoryBus(), Delivered(store)
            async with serving(create_app(settings, store, bus, Breakers())) as url:
                await _deliver(f"{url}/webhooks/github", come)
            worker = works.worker(settings, bus, 1)
            for one, _ in await come.kept():
                (bug,) = await asyncio.gather(worker.handle(one.id), return_exceptions=True)
                if bug is not None:
                    come.raised[one.id] = f"{one.name}: {bug!r}"
            yield come


def _world() -> StandInConfig:
    """The repositories of those examples that have one, so that what is asked about them is answered."""
    names = {one.payload.get("repository", {}).get("full_name", "") for one in examples()}
    owned = sorted({(owner, name) for owner, _, name in (full.partition("/") for full in names) if name})
    return StandInConfig(
        users=tuple(UserSeed(owner) for owner in sorted({owner for owner, _ in owned})),
        app=AppSeed(token=TOKEN),
        repositories=tuple(RepositorySeed(owner, name) for owner, name in owned),
    )


def _settings(standin: StandIn, folder: Path) -> Settings:
    return load(
        data_dir=folder,
        webhook_secret=SECRET,
        github_api_url=standin.api_url,
        github_token=TOKEN,
        bot_id=standin.world.user("redfirst[bot]").id,
        sandbox="process",
        sandbox_python=Path(sys.prefix),
    )


async def _deliver(url: str, come: Delivered) -> None:
    async def post(client: httpx.AsyncClient, one: Example) -> None:
        body, name = one.body, one.id
        signed = headers(body, secret=SECRET.encode(), length=None, delivery=name, event=one.event)
        come.signed[name] = (await client.post(url, content=body, headers=signed)).status_code
        # One bit in the middle, after it was signed.
        half = len(body) // 2
        changed = body[:half] + bytes([body[half] ^ 1]) + body[half + 1 :]
        stolen = dict(signed) | {b"x-github-delivery": f"{TAMPERED}{name}".encode()}
        come.tampered[name] = (
            await client.post(url, content=changed, headers=list(stolen.items()))
        ).status_code

    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        line = asyncio.Semaphore(8)

        async def in_line(one: Example) -> None:
            async with line:
                await post(client, one)

        await asyncio.gather(*map(in_line, examples()))


@pytest.mark.asyncio(loop_scope="module")
async def test_each_signed_example_is_acknowledged(delivered: Delivered) -> None:
    assert len(delivered.signed) == HOW_MANY
    assert {name: status for name, status in delivered.signed.items() if status != 202} == {}


@pytest.mark.asyncio(loop_scope="module")
async def test_each_tampered_example_is_refused_and_not_kept(delivered: Delivered) -> None:
    assert len(delivered.tampered) == HOW_MANY
    assert {name: status for name, status in delivered.tampered.items() if status != 401} == {}
    waiting = await delivered.store.waiting_deliveries(limit=2 * HOW_MANY)
    assert [name for name in waiting if name.startswith(TAMPERED)] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_each_example_is_handled_or_ignored_with_a_reason(delivered: Delivered) -> None:
    assert delivered.raised == {}
    said = [(one, kept) for one, kept in await delivered.kept()]
    table = Counter((str(kept.state), kept.outcome) for _, kept in said)
    for (state, outcome), times in table.most_common():
        print(f"{times:4} {state:8} {outcome}")
    settled = {DeliveryState.HANDLED, DeliveryState.IGNORED}
    assert [(one.name, kept.state, kept.outcome) for one, kept in said if kept.state not in settled] == []
    assert [one.name for one, kept in said if not kept.outcome] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_no_example_lacks_what_is_read_of_its_event(delivered: Delivered) -> None:
    lacking = [(one.id, kept.outcome) for one, kept in await delivered.kept() if "lacks" in kept.outcome]
    assert lacking == []
