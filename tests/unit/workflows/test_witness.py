"""The witness: a second test by another author, whose word counts, and that the fixer never sees."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Mapping, Sequence

import pytest

from policies.patch import FileChange, Patch
from tests.unit.fakes import MemoryForge, ScriptedModel, calls, running
from tests.unit.workflows.reviewed import BRANCH, Commits, wants
from tests.unit.workflows.scene import EASY, FILES, MENDED, TESTED, WRITE_FIX, Scene, honest
from tests.unit.workflows.test_newest_base import Moving
from tests.unit.workflows.trees import patient
from workflows.engine import signals
from workflows.engine.entries import StepCompleted
from workflows.engine.status import RunStatus
from workflows.errors import Who
from workflows.fix import fix
from workflows.ports.model import Turn
from workflows.proof.green import NotGreen
from workflows.proof.mode import WitnessMode, counts
from workflows.proof.red import Red
from workflows.proof.results import Outcome, Results, TestResult
from workflows.proof.statement import Proof
from workflows.proof.witness import Witness, WitnessSeen, judge_witness

OFF, ADVISORY, REQUIRED = WitnessMode
SECRET = "the-second-test-says-twenty-one"
PATH = "tests/test_witness.py"
ID = f"{PATH}::test_it"
TEST = f"def test_it():\n    # {SECRET}\n    assert pages(21) == 3\n"
FAILS = f"def test_it():  # {SECRET}\nE   assert 2 == 3\n\n{PATH}:3: AssertionError"
WRITE = calls(("write_file", {"path": PATH, "content": TEST}))
TOO_EASY = calls(("write_file", {"path": PATH, "content": EASY}))


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    with patient():
        yield


def judge(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """What pytest would say where there is a witness that no fix of ours makes pass."""
    said = honest(files, wanted)
    if PATH in files and (not wanted or PATH in wanted):
        said[ID] = "passed" if files[PATH] == EASY else FAILS
    return said


def right(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """And where the fix makes it pass."""
    said = judge(files, wanted)
    fixed = "-(-n // 10)" in files["shelf/pages.py"]
    return {test: "passed" if test == ID and fixed else how for test, how in said.items()}


def scene(mode: WitnessMode, *turns: Turn, passes: bool = True, files: Mapping[str, str] = FILES) -> Scene:
    return Scene(
        forge=MemoryForge(files),
        mode=mode,
        witness=turns or (WRITE, TESTED),
        sandboxes=running(right if passes else judge),
        fixer=(WRITE_FIX, MENDED) * 3,
    )


async def proof_of(of: Scene) -> Proof:
    outputs = [
        row.entry.output
        for row in await of.store.rows(of.run)
        if isinstance(row.entry, StepCompleted) and row.entry.path.endswith(("/propose", "/push"))
    ]
    proposed = outputs[-1]
    assert isinstance(proposed, dict)
    return Proof.model_validate_json(await of.ports.blobs.get(str(proposed["proof"])))


async def test_where_none_is_wanted_nobody_is_asked() -> None:
    of = await scene(OFF).begin()
    assert await of.go() is RunStatus.SUSPENDED
    assert of.model.times("witness") == 0
    assert (await proof_of(of)).witness is None


@pytest.mark.parametrize("mode", [ADVISORY, REQUIRED])
async def test_one_that_passes_is_in_the_proof_and_its_test_is_not_in_the_commit(mode: WitnessMode) -> None:
    of = await scene(mode).begin()
    assert await of.go() is RunStatus.SUSPENDED
    proof = await proof_of(of)
    assert proof.witness == WitnessSeen(mode=mode, passed=True, tests=(ID,), runs=3)
    assert proof.witness_test == Patch(changes=(FileChange(path=PATH, content=TEST),))
    (commit,) = of.forge.branches.values()
    assert PATH not in commit.patch.paths()


async def test_whoever_writes_it_sees_neither_the_first_test_nor_the_plan() -> None:
    of = await scene(ADVISORY).begin()
    await of.go()
    told = [
        message.content for route, messages in of.model.asked if route == "witness" for message in messages
    ]
    assert told
    assert not any("pages(11)" in each or "it rounds down" in each for each in told)


async def test_the_fixer_never_sees_it() -> None:
    looks = calls(("list_files", {"pattern": "*"}), ("search", {"text": "def test_it"}))
    of = await Scene(
        mode=REQUIRED,
        witness=(WRITE, TESTED),
        sandboxes=running(judge),
        fixer=(looks, WRITE_FIX, MENDED) * 3,
    ).begin()
    assert await of.go() is RunStatus.FAILED
    told = "\n".join(
        message.content for route, messages in of.model.asked if route == "fix" for message in messages
    )
    assert "tests/test_old.py" in told  # it did look
    assert "an independent test of the same issue still fails" in told  # and was told that much
    for part in (SECRET, PATH, "test_witness", "pages(21)", "2 == 3"):
        assert part not in told, part


async def test_one_that_fails_is_told_and_stops_nothing_where_it_is_advisory() -> None:
    of = await scene(ADVISORY, passes=False).begin()
    assert await of.go() is RunStatus.SUSPENDED
    seen = (await proof_of(of)).witness
    assert seen == WitnessSeen(mode=ADVISORY, passed=False, tests=(ID,), runs=3)
    (pull,) = of.forge.pulls.values()
    assert "A second test of the issue, by another author, fails with this fix." in pull.body


async def test_one_that_fails_stops_the_fix_where_it_is_required() -> None:
    of = await scene(REQUIRED, passes=False).begin()
    assert await of.go() is RunStatus.FAILED
    failure = await of.failure()
    assert (failure.path, failure.who) == ("fix/repair", Who.MODEL)
    assert failure.feedback.startswith("an independent test of the same issue still fails.\n")
    assert not any(part in failure.feedback + of.sticky for part in (SECRET, PATH))
    assert of.forge.branches == {}


async def test_one_that_shows_nothing_is_tried_twice_and_then_done_without() -> None:
    of = await scene(ADVISORY, TOO_EASY, TESTED, TOO_EASY, TESTED).begin()
    assert await of.go() is RunStatus.SUSPENDED
    assert of.model.times("witness") == 4
    seen = (await proof_of(of)).witness
    assert seen == WitnessSeen(mode=ADVISORY, note="the test passes on the unfixed code.")
    assert (await proof_of(of)).witness_test == Patch()
    (pull,) = of.forge.pulls.values()
    assert "No second, independent test of the issue could be written." in pull.body


async def test_a_refused_one_is_written_better() -> None:
    of = await scene(REQUIRED, TOO_EASY, TESTED, WRITE, TESTED).begin()
    assert await of.go() is RunStatus.SUSPENDED
    tasks = [messages[1].content for route, messages in of.model.asked if route == "witness"]
    assert "Your last test was refused: the test passes on the unfixed code." in tasks[-1]
    assert (await proof_of(of)).witness_test.changes[0].content == TEST


async def test_where_it_is_required_and_none_could_be_written_people_are_told() -> None:
    of = await scene(REQUIRED, TOO_EASY, TESTED, TOO_EASY, TESTED).begin()
    assert await of.go() is RunStatus.FAILED
    failure = await of.failure()
    assert failure.who is Who.USER
    assert failure.sentence.startswith(
        "no independent test of the issue could be written, and one is required"
    )
    assert of.model.times("fix") == 0


async def test_it_cannot_take_the_place_of_the_first_test() -> None:
    same = calls(("write_file", {"path": "tests/test_new.py", "content": TEST}))
    of = await scene(ADVISORY, same, TESTED, WRITE, TESTED).begin()
    assert await of.go() is RunStatus.SUSPENDED
    tasks = [messages[1].content for route, messages in of.model.asked if route == "witness"]
    assert "a file of that name cannot be used; choose another" in tasks[-1]
    assert "pages(11)" not in tasks[-1]
    assert (await proof_of(of)).test.paths() == ("tests/test_new.py",)


async def test_a_repository_may_ask_for_one() -> None:
    of = await scene(OFF, files={**FILES, ".github/redfirst.yml": "witness: required\n"}).begin()
    assert await of.go() is RunStatus.SUSPENDED
    seen = (await proof_of(of)).witness
    assert seen is not None
    assert seen.mode is REQUIRED


@pytest.mark.parametrize(
    ("operator", "repository", "counted"),
    [
        (OFF, REQUIRED, REQUIRED),
        (REQUIRED, OFF, REQUIRED),
        (ADVISORY, OFF, ADVISORY),
        (OFF, OFF, OFF),
        (None, OFF, OFF),
        (None, REQUIRED, REQUIRED),
        (OFF, None, OFF),
        (None, None, ADVISORY),
    ],
)
def test_what_an_operator_has_set_is_the_least_and_else_a_repository_decides(
    operator: WitnessMode | None, repository: WitnessMode | None, counted: WitnessMode
) -> None:
    assert counts(operator, repository, usual=ADVISORY) is counted


async def test_it_is_asked_again_on_a_base_that_moved() -> None:
    forge = Moving({"docs/new.md": "New.\n"})
    of = await Scene(forge=forge, mode=REQUIRED, witness=(WRITE, TESTED), sandboxes=running(right)).begin()
    assert await of.go() is RunStatus.SUSPENDED
    proof = await proof_of(of)
    assert proof.base_sha == forge.at_base
    assert proof.witness == WitnessSeen(mode=REQUIRED, passed=True, tests=(ID,), runs=3)


async def test_where_people_want_more_of_the_fix_it_is_asked_again_and_only_advises() -> None:
    noted = calls(("write_file", {"path": "shelf/notes.py", "content": "ROUNDS_UP = True\n"}))
    forge = Commits()
    of = Scene(forge=forge, mode=REQUIRED, witness=(WRITE, TESTED), sandboxes=running(right))
    await of.begin()
    assert await of.go() is RunStatus.SUSPENDED
    of.ports = dataclasses.replace(of.ports, model=ScriptedModel(fix=(noted, MENDED)))
    await signals.resume(of.store, fix, of.run, wants(), by="reviewer", key="more")
    assert await of.go() is RunStatus.SUSPENDED
    assert "shelf/notes.py" in forge.files_of[forge.tips[BRANCH]]
    proof = await proof_of(of)
    assert proof.fix.paths() == ("shelf/notes.py", "shelf/pages.py")
    assert proof.witness == WitnessSeen(mode=ADVISORY, passed=True, tests=(ID,), runs=3)


# --- the verdict ----------------------------------------------------------------------------------------


def witness(mode: WitnessMode) -> Witness:
    red = Red(tests=(ID, "b"), files=(PATH,), assertion="assert 2 == 3")
    return Witness(mode=mode, test=Patch(changes=(FileChange(path=PATH, content=TEST),)), red=red)


def ran(**outcomes: str) -> Results:
    named = {"a": ID, "b": "b"}
    tests = [
        TestResult(id=named[name], outcome=Outcome(said), message=SECRET, detail=SECRET)
        for name, said in outcomes.items()
    ]
    return Results(command=(), tests=tuple(tests))


GOOD = ran(a="passed", b="passed")


@pytest.mark.parametrize(
    "last",
    [
        ran(a="passed", b="failed"),
        ran(a="passed", b="skipped"),
        ran(a="passed"),
        Results(command=(), complaint=f"it broke: {SECRET}"),
    ],
)
def test_it_passes_only_where_all_of_it_passes_every_time(last: Results) -> None:
    advised = judge_witness(witness(ADVISORY), [GOOD, GOOD, last])
    assert advised == WitnessSeen(mode=ADVISORY, passed=False, tests=(ID, "b"), runs=3)
    refused = judge_witness(witness(REQUIRED), [GOOD, GOOD, last])
    assert isinstance(refused, NotGreen)
    assert SECRET not in refused.model_dump_json()


def test_where_there_is_none_nothing_is_said_to_have_passed() -> None:
    none = Witness(mode=ADVISORY, missing="the test is flaky.")
    assert judge_witness(none, []) == WitnessSeen(mode=ADVISORY, passed=None, note="the test is flaky.")
