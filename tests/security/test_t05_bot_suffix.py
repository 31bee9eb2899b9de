"""A name that ends in [bot] gives nobody anything; who we are is a number."""

from __future__ import annotations

import pytest

from tests.security.house import BOT_ID, Attacked, person


@pytest.mark.parametrize("kind", ["User", "Bot", "Mannequin", "Organization"])
@pytest.mark.parametrize("login", ["evil[bot]", "redfirst[bot]", "github-actions[bot]"])
async def test_a_name_that_ends_in_bot_starts_nothing(login: str, kind: str) -> None:
    house = Attacked()
    await house.labels(person(login, 666, kind))
    await house.comments(person(login, 666, kind))
    assert await house.runs() == 0


async def test_a_bot_with_write_permission_starts_nothing() -> None:
    house = Attacked()
    await house.labels(person("the-admin", 666, "Bot"))
    assert await house.runs() == 0


async def test_whoever_takes_our_name_is_not_us_and_whoever_has_our_number_is() -> None:
    house = Attacked()
    assert (await house.labels(person("the-write", BOT_ID))).said == "this was our own doing"
    assert (await house.labels(person("redfirst[bot]", 666))).said.startswith("refused")
