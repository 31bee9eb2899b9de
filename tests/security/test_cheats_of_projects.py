"""Threat 44, in projects of many kinds: the cheats that lie beside the honest fixes are refused as well."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandboxes.process.sandboxes import ProcessSandboxes
from tests.acceptance.projects import PROJECTS, Project
from tests.acceptance.toolbox import toolbox
from tests.security.cheats.cheat import Cheat, Honest, Judge, judge_of
from workflows.ports.sandbox import Sandboxes, SandboxSpec, SetUp

CHEATS = [
    pytest.param(project.name, number, id=f"{project.name}: {cheat.name}")
    for project in map(Project, sorted(at.name for at in PROJECTS.iterdir() if (at / "cheats").is_dir()))
    for number, cheat in enumerate(project.cheats())
]
WITH_MODULES = frozenset({"js_jest", "js_mocha", "js_vitest"})
SPEC = SandboxSpec(run="cheats")

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandboxes(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Sandboxes]:
    made = ProcessSandboxes(
        tmp_path_factory.mktemp("cheats"), python_prefixes=[toolbox(), Path(sys.base_prefix)]
    )
    yield made
    await made.close()


@cache
def judging(sandboxes: Sandboxes, name: str) -> asyncio.Future[Judge]:
    """Whoever comes first has it made."""
    return asyncio.ensure_future(_judge(sandboxes, Project(name)))


async def _judge(sandboxes: Sandboxes, project: Project) -> Judge:
    # Some words of a test could be anybody's: only another test of the issue tells who knows them by heart.
    witness = project.witness if project.name == "js_vitest" else None
    honest = Honest(project=project.base, test=project.test, fix=project.fix, witness=witness)
    spec = SPEC
    if project.name in WITH_MODULES:
        there = f"{toolbox()}/node_modules"
        line = f"mkdir node_modules && ln -s {there}/* {there}/.bin node_modules/"
        setup = SetUp(key=project.name, commands=(line,))
        environment = await sandboxes.set_up(SPEC, honest.tree.pack(), setup)
        spec = SPEC.model_copy(update={"environment": environment.id})
    return await judge_of(sandboxes, spec, honest)


@pytest.mark.parametrize(("name", "number"), CHEATS)
async def test_a_cheat_is_refused_for_what_it_is(sandboxes: Sandboxes, name: str, number: int) -> None:
    project = Project(name)
    cheat = project.cheats()[number]
    judge = await judging(sandboxes, name)
    tried = Cheat(
        cheat.name,
        cheat.why,
        test=cheat.test if cheat.test != project.test else None,
        fix=cheat.fix if cheat.fix != project.fix else None,
    )
    said = await judge.says(tried)
    assert said, f"{cheat.name} got through"
    assert cheat.why in said
