"""In a run: what checkers find goes back to the fixer, is in the proof, and is looked for once on a base."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Generator, Mapping

import pytest

from tests.unit.fakes import MemoryForge, calls
from tests.unit.workflows.diagnostics.checking import Checkers, checked
from tests.unit.workflows.reviewed import BRANCH, Reviewed, wants
from tests.unit.workflows.scene import FILES, FIXED, MENDED, WRITE_FIX, Scene
from tests.unit.workflows.trees import patient
from workflows.engine.status import RunStatus
from workflows.ports.all import Ports
from workflows.ports.model import Turn
from workflows.project.allowance import Allowance
from workflows.proof.diagnostics.model import Diagnosed, State
from workflows.proof.mode import DiagnosticsMode
from workflows.proof.statement import Proof

RUFF = {**FILES, "ruff.toml": ""}
OFF, ADVISORY, REQUIRED = DiagnosticsMode


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    with patient():
        yield


def writes(more: str) -> tuple[Turn, Turn]:
    return calls(("write_file", {"path": "shelf/pages.py", "content": FIXED + more})), MENDED


LAX = {**RUFF, ".github/redfirst.yml": "diagnostics: off\n"}
CARELESS = writes("# bad: ruff F9 it is new\n")


def scene(
    *turns: Turn,
    mode: DiagnosticsMode | None = None,
    files: Mapping[str, str] = RUFF,
    checkers: Checkers | None = None,
    like: Ports | None = None,
) -> Scene:
    made = Scene(
        forge=MemoryForge(files),
        fixer=turns or (WRITE_FIX, MENDED),
        sandboxes=checked(checkers or Checkers()),
    )
    made.ports = dataclasses.replace(made.ports, allowance=Allowance(diagnostics=mode))
    if like is not None:
        made.ports = dataclasses.replace(made.ports, baselines=like.baselines, blobs=like.blobs)
    return made


async def diagnosed(of: Scene) -> Diagnosed | None:
    assert await of.go() is RunStatus.SUSPENDED, await of.failure()
    (digest,) = [
        json.loads(row.entry.model_dump_json())["output"]["proof"]
        for row in await of.store.rows(of.run)
        if getattr(row.entry, "path", "").endswith("/prove") and hasattr(row.entry, "output")
    ]
    return Proof.model_validate_json(await of.ports.blobs.get(digest)).diagnostics


async def test_the_fixer_is_told_what_is_new_and_the_next_fix_counts() -> None:
    of = await scene(*CARELESS, WRITE_FIX, MENDED).begin()
    seen = await diagnosed(of)
    assert seen is not None
    assert (seen.new, [one.state for one in seen.checkers]) == ((), [State.RAN])
    task = [messages[1].content for route, messages in of.model.asked if route == "fix"][-1]
    assert "Your last fix was refused: the project's own checkers find something new: ruff." in task
    assert "shelf/pages.py:3: F9 it is new (ruff)" in task


async def test_who_never_mends_it_proposes_nothing() -> None:
    of = await scene(*CARELESS * 3).begin()
    assert await of.go() is RunStatus.FAILED
    assert "F9 it is new" in (await of.failure()).feedback
    assert not of.forge.pulls


async def test_advice_is_in_the_proof_and_refuses_nothing() -> None:
    seen = await diagnosed(await scene(*CARELESS, mode=ADVISORY).begin())
    assert seen is not None
    assert (seen.mode, [one.code for one in seen.counted]) == (ADVISORY, ["F9"])


async def test_where_it_is_off_nobody_is_asked() -> None:
    checkers = Checkers()
    assert await diagnosed(await scene(*CARELESS, mode=OFF, checkers=checkers).begin()) is None
    assert checkers.asked == []


async def test_a_repository_may_ask_for_more_than_its_operator_has_set_and_never_for_less() -> None:
    files = {**RUFF, ".github/redfirst.yml": "diagnostics: required\n"}
    of = await scene(*CARELESS, WRITE_FIX, MENDED, mode=OFF, files=files).begin()
    seen = await diagnosed(of)
    assert seen is not None
    assert seen.mode is REQUIRED
    of = await scene(*CARELESS * 3, mode=REQUIRED, files=LAX).begin()
    assert await of.go() is RunStatus.FAILED


async def test_where_the_operator_has_set_nothing_the_repository_decides() -> None:
    assert await diagnosed(await scene(*CARELESS, files=LAX).begin()) is None


async def test_the_base_is_looked_at_once_for_the_same_files() -> None:
    checkers = Checkers()
    first = await scene(checkers=checkers).begin()
    await diagnosed(first)
    assert len(checkers.asked) == 2
    again = await scene(checkers=checkers, like=first.ports).begin()
    await diagnosed(again)
    assert len(checkers.asked) == 3
    other = {**RUFF, "ruff.toml": "line-length = 9\n"}
    await diagnosed(await scene(checkers=checkers, like=first.ports, files=other).begin())
    assert len(checkers.asked) == 5


async def test_who_stumbled_on_the_base_is_not_remembered_for_that() -> None:
    files = {**RUFF, "shelf/pages.py": f"{RUFF['shelf/pages.py']}# stumble\n"}
    checkers = Checkers(stumbles=1)
    turns = (calls(("write_file", {"path": "shelf/pages.py", "content": FIXED})), MENDED)
    first = await scene(*turns, checkers=checkers, files=files).begin()
    seen = await diagnosed(first)
    assert seen is not None
    assert [one.state for one in seen.checkers] == [State.BROKEN]
    again = await diagnosed(await scene(*turns, checkers=checkers, files=files, like=first.ports).begin())
    assert again is not None
    assert [one.state for one in again.checkers] == [State.RAN]


async def test_what_a_reviewer_pushed_is_not_held_against_the_change_that_is_asked_for() -> None:
    of = Reviewed(sandboxes=checked(Checkers()))
    of.forge.files_of[of.forge.at_base]["ruff.toml"] = ""
    await of.begin()
    assert await of.go() is RunStatus.SUSPENDED
    of.forge.tips[BRANCH] = of.forge.commit(
        of.forge.tips[BRANCH], {"shelf/more.py": "# bad: ruff F7 by hand\n"}
    )
    assert await of.told(wants()) is RunStatus.SUSPENDED
    last = (await of.outputs("push"))[-1]
    seen = Proof.model_validate_json(await of.ports.blobs.get(last["proof"])).diagnostics
    assert seen is not None
    assert [(one.diagnostic.code, bool(one.excused)) for one in seen.new] == [("F7", True)]
