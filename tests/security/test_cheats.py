"""Threat 44: a faked fix. Each way to cheat that has a name is refused, and what is honest is not."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandboxes.process.sandboxes import ProcessSandboxes
from tests.security.cheats import javascript, python
from tests.security.cheats.cheat import Cheat, Honest, Judge, judge_of
from tests.services.bare import python as bare
from workflows.ports.sandbox import Sandboxes, SandboxSpec

HONEST: Mapping[str, Honest] = {"python": python.HONEST, "javascript": javascript.HONEST}
CHEATS = [
    pytest.param(language, cheat, id=f"{language}: {cheat.name}")
    for language, cheats in {
        "python": (*python.TESTS, *python.FIXES),
        "javascript": (*javascript.TESTS, *javascript.FIXES),
    }.items()
    for cheat in cheats
]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandboxes(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Sandboxes]:
    made = ProcessSandboxes(
        tmp_path_factory.mktemp("cheats"), python_prefixes=[bare(), Path(sys.base_prefix)]
    )
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def judges(sandboxes: Sandboxes) -> dict[str, Judge]:
    spec = SandboxSpec(run="cheats")
    return {language: await judge_of(sandboxes, spec, honest) for language, honest in HONEST.items()}


@pytest.mark.parametrize("language", HONEST)
async def test_what_is_honest_gets_through(judges: dict[str, Judge], language: str) -> None:
    assert await judges[language].says(Cheat("honest", "")) == ""


@pytest.mark.parametrize(("language", "cheat"), CHEATS)
async def test_a_cheat_is_refused_for_what_it_is(
    judges: dict[str, Judge], language: str, cheat: Cheat
) -> None:
    said = await judges[language].says(cheat)
    assert said, f"{cheat.name} got through"
    assert cheat.refused in said
