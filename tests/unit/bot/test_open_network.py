"""The door lets a set-up's network be opened by the rules, and writes nothing for it."""

from __future__ import annotations

import pytest

from bot.store.memory import MemoryStore
from policies.effects import OpenNetwork
from policies.facts import Permission
from tests.unit.fakes import MemoryForge, door, trigger
from workflows.ports.effects import Refused


def _asked(*hosts: str) -> OpenNetwork:
    repository = trigger().tenant.repository
    return OpenNetwork(key="k", repository=repository, hosts=hosts, granted=("pypi.org",))


async def test_a_network_that_may_be_opened_is_not_the_forge_s_business() -> None:
    forge = MemoryForge(maintainer=Permission.WRITE)
    done = await door(forge, MemoryStore()).perform(_asked("pypi.org"), trigger())
    assert (done.ref, forge.writes) == ("k", 0)


async def test_a_network_to_strangers_is_refused_with_what_would_be_allowed() -> None:
    forge = MemoryForge(maintainer=Permission.WRITE)
    with pytest.raises(Refused, match="registries"):
        await door(forge, MemoryStore()).perform(_asked("evil.example"), trigger())


async def test_a_network_is_not_opened_for_who_lost_the_right_to_write() -> None:
    forge = MemoryForge(maintainer=Permission.READ)
    with pytest.raises(Refused, match="write permission"):
        await door(forge, MemoryStore()).perform(_asked("pypi.org"), trigger())
