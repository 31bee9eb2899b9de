"""Threat 44, a faked fix: a project's linters and type checkers are not kept from saying what they see."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandboxes.process.sandboxes import ProcessSandboxes
from policies.patch import Patch
from tests.acceptance.checkers import checkers
from tests.security.cheats.cheat import Cheat, Files, Honest, patch
from tests.security.cheats.silence import IN_PYTHON, IN_SCRIPT, PYTHON, SCRIPT
from workflows.ports.sandbox import SandboxSpec, SetUp
from workflows.proof.diagnostics import syntax
from workflows.proof.diagnostics.checker import Checker
from workflows.proof.diagnostics.diagnose import on_base
from workflows.proof.diagnostics.model import Diagnosed, Looked, State
from workflows.proof.green import NotGreen
from workflows.proof.harness import Harness
from workflows.proof.mode import DiagnosticsMode
from workflows.proof.runners.node_test import NodeTest
from workflows.proof.runners.pytest import Pytest
from workflows.proof.suite import Suite
from workflows.proof.trials import try_diagnostics
from workflows.tree import File, Tree

HONEST: Mapping[str, Honest] = {"python": PYTHON, "javascript": SCRIPT}
CHEATS = [
    pytest.param(language, cheat, id=f"{language}: {cheat.name}")
    for language, cheats in {"python": IN_PYTHON, "javascript": IN_SCRIPT}.items()
    for cheat in cheats
]
SPEC = SandboxSpec(run="cheats")

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

Harnesses = Mapping[str, Harness]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def harnesses(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Harnesses]:
    made = ProcessSandboxes(
        tmp_path_factory.mktemp("cheats"), python_prefixes=[checkers(), Path(sys.base_prefix)]
    )
    there = f"{checkers()}/node_modules"
    setup = SetUp(key="js", commands=(f"mkdir node_modules && ln -s {there}/* {there}/.bin node_modules/",))
    environment = await made.set_up(SPEC, SCRIPT.tree.pack(), setup)
    spec = SPEC.model_copy(update={"environment": environment.id})
    yield {
        "python": Harness(made, SPEC, PYTHON.tree, Suite(Pytest())),
        "javascript": Harness(made, spec, SCRIPT.tree, Suite(NodeTest()), ("node_modules/.bin",)),
    }
    await made.close()


@cache
def known() -> dict[tuple[Checker, ...], Looked]:
    return {}


async def once(base: Harness, asked: Sequence[Checker]) -> Looked:
    """As a run does: a base that was looked at is not looked at again."""
    key = tuple(asked)
    if key not in known():
        known()[key] = await on_base(base, asked)
    return known()[key]


async def tried(harnesses: Harnesses, language: str, fix: Files) -> Diagnosed | NotGreen:
    test = patch(HONEST[language].test)
    required = DiagnosticsMode.REQUIRED
    return await try_diagnostics(harnesses[language], patch(fix), test, required, before=once)


@pytest.mark.parametrize("language", HONEST)
async def test_what_is_honest_gets_through(harnesses: Harnesses, language: str) -> None:
    seen = await tried(harnesses, language, HONEST[language].fix)
    assert isinstance(seen, Diagnosed), seen
    assert [one.state for one in seen.checkers] == [State.RAN, State.RAN]
    # What its test leaves lying about is told, and not the fix's.
    assert {one.diagnostic.file for one in seen.new} == set(HONEST[language].test)


@pytest.mark.parametrize(("language", "cheat"), CHEATS)
async def test_a_cheat_is_refused_for_what_it_is(harnesses: Harnesses, language: str, cheat: Cheat) -> None:
    assert cheat.fix is not None
    seen = await tried(harnesses, language, cheat.fix)
    assert isinstance(seen, NotGreen), f"{cheat.name} got through"
    assert cheat.refused in seen.feedback


@pytest.mark.parametrize(
    ("language", "path", "code", "said"),
    [
        ("python", "shelf/other.py", "def f(:\n", "shelf/other.py:1: invalid syntax (python)"),
        ("javascript", "src/other.js", "function (\n", "src/other.js: node cannot read it (node)"),
    ],
)
async def test_without_any_checker_a_file_that_cannot_be_read_is_refused(
    harnesses: Harnesses, language: str, path: str, code: str, said: str
) -> None:
    bare = harnesses[language].on(Tree({path: File(b"")}))
    seen = await try_diagnostics(bare, patch({path: code}), Patch(), DiagnosticsMode.REQUIRED)
    assert isinstance(seen, NotGreen)
    assert seen.feedback.endswith(said)


async def test_a_grammar_that_is_behind_its_language_refuses_nothing(
    harnesses: Harnesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it does not understand, Python and node are asked about."""

    def newly_broken(base: Tree, fix: Patch) -> list[str]:
        return ["new.py", "new.js"]

    monkeypatch.setattr(syntax, "newly_broken", newly_broken)
    fix = patch({"new.py": "x = 1\n", "new.js": "const x = 1;\n"})
    bare = harnesses["python"].on(Tree({}))
    seen = await try_diagnostics(bare, fix, Patch(), DiagnosticsMode.REQUIRED)
    assert isinstance(seen, Diagnosed), seen
    assert [(one.tool, one.state) for one in seen.checkers] == [
        ("python", State.RAN),
        ("node", State.RAN),
    ]
