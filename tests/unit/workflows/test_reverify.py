"""A pull request of ours that was pushed to, or whose base moved, is proved again as it would be merged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.evidence import diff_of, judged, why_no_proof
from bot.starting import new_run
from policies.effects import Conclusion, ReportCheck, StartRun
from policies.patch import FileChange, Patch
from tests.unit.fakes import REPOSITORY, issue, running, trigger
from tests.unit.workflows.reviewed import BRANCH, NUMBER, Commits, Reviewed, by_name
from tests.unit.workflows.scene import BUG, FIXED, NEW, OLD, RED
from tests.unit.workflows.trees import Killed, Process, patient
from workflows.engine.advance import advance
from workflows.engine.status import RunStatus
from workflows.errors import OperatorProblem
from workflows.ports.sandbox import ExecResult
from workflows.proof.mode import WitnessMode
from workflows.proof.proving import parted
from workflows.proof.runners.pytest import Pytest
from workflows.proof.statement import Proof
from workflows.proof.suite import Suite
from workflows.proof.witness import WitnessSeen
from workflows.reverify import reverify


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    with patient():
        yield


class Main(Commits):
    """Whose main can be asked for like any branch."""

    async def tip(self, tenant: Any, branch: str) -> str:
        return self.at_base if branch == "main" else await super().tip(tenant, branch)


def outcomes(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """Each test that a person added says in its text how it comes out."""
    found = by_name(files, wanted)
    for path, text in files.items():
        if path.startswith("tests/test_theirs") and (not wanted or path in wanted):
            found[f"{path}::test_it"] = "passed" if "passes" in text else RED
    if "tests/test_old.py" not in files:
        found.pop(OLD, None)
    return found


@dataclass
class Again(Reviewed):
    forge: Main = field(default_factory=Main)  # pyright: ignore[reportIncompatibleVariableOverride]
    sandboxes: Any = field(default_factory=lambda: running(outcomes))

    left: dict[str, Any] = field(default_factory=dict[str, Any])
    asked_before: int = 0
    again: str = ""

    async def proposed(self) -> Again:
        """With its pull request open, and nothing said about it yet."""
        await self.begin()
        assert await self.go() is RunStatus.SUSPENDED
        (self.left,) = await self.outputs("propose")
        self.forge.tended.clear()
        self.asked_before = len(self.model.asked)
        return self

    async def proved_again(self, process: Process | None = None) -> RunStatus | None:
        self.again = await self.begun_again("d9")
        return await self.goes_on(self.again, process)

    async def begun_again(self, key: str, number: int = NUMBER) -> str:
        asked = (await self.store.run(self.run)).trigger.model_copy(
            update={
                "key": key,
                "workflow": "reverify",
                "issue": issue(number, "Fix"),
                "proposed": await self.ports.blobs.put(json.dumps(self.left).encode()),
            }
        )
        start = StartRun(key=key, repository=REPOSITORY, workflow="reverify", subject=asked.subject)
        run, _ = await self.store.create_run(new_run(start, asked))
        return run.id

    async def goes_on(self, run: str, process: Process | None = None) -> RunStatus | None:
        return await advance(
            reverify, run, store=process or self.store, ports=self.ports, worker="b", lease_seconds=30
        )

    @property
    def checks(self) -> list[ReportCheck]:
        return self.of(ReportCheck)

    async def judged(self) -> tuple[Conclusion | None, str]:
        """What the check says once the run has come to its end."""
        assert await self.proved_again() is RunStatus.COMPLETED
        return self.verdict()

    def verdict(self) -> tuple[Conclusion | None, str]:
        begun, ended = self.checks
        assert begun.conclusion is None
        assert begun.key == ended.key
        assert {begun.sha, ended.sha} == {self.forge.tips[BRANCH]}
        return ended.conclusion, f"{ended.title}\n{ended.summary}"

    async def diff(self) -> str:
        """As `redfirst runs show RUN --diff` prints it."""
        return await diff_of(await self.store.rows(self.again), self.ports.blobs)

    async def why_none(self) -> str:
        return why_no_proof(await self.store.rows(self.again))

    async def new_proof(self) -> Proof:
        known = judged(await self.store.rows(self.again))
        assert known is not None
        return Proof.model_validate_json(await self.ports.blobs.get(known.proof))


async def test_a_harmless_commit_is_proved_with_the_rest_and_no_model_is_asked() -> None:
    scene = await Again().proposed()
    head = scene.forge.person_pushes({"NOTES.md": "mine\n"})
    conclusion, said = await scene.judged()
    assert conclusion is Conclusion.SUCCESS
    assert "again: red 3 of 3, green 3 of 3" in said
    proof = await scene.new_proof()
    assert (proof.run, proof.issue, proof.head_sha) == (scene.again, 7, head)
    assert proof.fix.paths() == ("NOTES.md", "shelf/pages.py")
    assert len(scene.model.asked) == scene.asked_before
    assert [type(effect) for effect in scene.forge.tended] == [ReportCheck, ReportCheck]


async def test_a_commit_that_takes_the_fix_back_is_refused_with_the_stage_and_the_reason() -> None:
    scene = await Again().proposed()
    scene.forge.person_pushes({"shelf/pages.py": BUG.replace("n // 10", "n // 10 + 0")})
    conclusion, said = await scene.judged()
    assert conclusion is Conclusion.FAILURE
    assert "not proven any more: green: the repro test still fails" in said
    assert (await scene.why_none()).startswith("what this run looked at is not proven: green: the repro test")
    assert await scene.diff() == ""


async def test_on_a_base_that_moved_elsewhere_it_is_proved_as_it_would_be_merged() -> None:
    scene = await Again().proposed()
    scene.forge.main_moves({"docs/new.md": "New.\n"})
    conclusion, said = await scene.judged()
    assert conclusion is Conclusion.SUCCESS
    assert f"on `main` at {scene.forge.at_base[:12]}" in said
    proof = await scene.new_proof()
    assert (proof.base_sha, proof.head_sha) == (scene.forge.at_base, scene.forge.tips[BRANCH])
    assert proof.fix.paths() == ("shelf/pages.py",)
    shown = await scene.diff()
    assert "-    return n // 10\n+    return -(-n // 10)\n" in shown
    assert "+++ b/tests/test_new.py\n" in shown
    assert "docs/new.md" not in shown


async def test_a_branch_that_was_brought_up_to_date_holds_only_what_is_its_own() -> None:
    scene = await Again().proposed()
    scene.forge.main_moves({"docs/new.md": "New.\n"})
    scene.forge.person_updates()
    assert (await scene.judged())[0] is Conclusion.SUCCESS
    assert (await scene.new_proof()).fix.paths() == ("shelf/pages.py",)


@pytest.mark.parametrize("fixed", [FIXED, f"# Pages.\n{FIXED}"], ids=["the same", "another"])
async def test_a_base_on_which_the_bug_is_fixed_already_shows_itself_in_red(fixed: str) -> None:
    scene = await Again().proposed()
    scene.forge.main_moves({"shelf/pages.py": fixed})
    conclusion, said = await scene.judged()
    assert conclusion is Conclusion.FAILURE
    assert "red: the test passes on the unfixed code" in said


async def test_a_file_that_changed_on_both_sides_is_left_to_people() -> None:
    scene = await Again().proposed()
    scene.forge.main_moves({"shelf/pages.py": f"# Pages.\n{BUG}"})
    conclusion, said = await scene.judged()
    assert conclusion is Conclusion.NEUTRAL
    assert "shelf/pages.py changed on both sides: bring the branch up to date" in said
    assert (await scene.why_none()).startswith("what this run looked at cannot be judged: shelf/pages.py ")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("tests/conftest.py", "tests/conftest.py steers how tests run"),
        ("pyproject.toml", "pyproject.toml steers how tests run"),
        (".github/workflows/ci.yml", ".github/workflows/ci.yml steers CI or ownership"),
        ("uv.lock", "uv.lock pins what is installed"),
    ],
)
async def test_what_no_proof_can_hold_is_named_and_judged_neither_way(path: str, why: str) -> None:
    scene = await Again().proposed()
    scene.forge.person_pushes({path: "x\n"})
    conclusion, said = await scene.judged()
    assert conclusion is Conclusion.NEUTRAL
    assert f"{why}, and is changed here" in said


async def test_a_base_whose_tests_do_not_run_says_nothing_for_it_or_against_it() -> None:
    def broken(argv: Sequence[str], files: dict[str, bytes], *_: object) -> ExecResult | None:
        return ExecResult(code=2, stderr="broken") if "broken.py" in files and argv[0] != "tar" else None

    scene = await Again().proposed()
    scene.sandboxes.on_exec(broken)
    scene.forge.main_moves({"broken.py": "(\n"})
    conclusion, said = await scene.judged()
    assert conclusion is Conclusion.NEUTRAL
    assert "its tests do not run any more" in said


async def test_a_test_that_a_person_added_is_there_with_the_fix_and_without_and_need_not_be_red() -> None:
    scene = await Again().proposed()
    scene.forge.person_pushes({"tests/test_theirs.py": "# passes\ndef test_it(): ...\n"})
    conclusion, said = await scene.judged()
    assert conclusion is Conclusion.SUCCESS
    assert "Beside the proven test, people changed `tests/test_theirs.py`" in said
    assert "+++ b/tests/test_theirs.py\n" in await scene.diff()
    assert (await scene.new_proof()).red.tests == (NEW,)


async def test_a_test_that_a_person_added_and_that_fails_is_not_taken_for_a_flaky_one() -> None:
    scene = await Again().proposed()
    scene.forge.person_pushes({"tests/test_theirs.py": "def test_it(): assert False\n"})
    conclusion, said = await scene.judged()
    assert conclusion is Conclusion.FAILURE
    assert "suite: other tests fail now" in said


async def test_a_test_that_a_person_took_away_is_missed() -> None:
    scene = await Again().proposed()
    scene.forge.person_pushes({"tests/test_old.py": None})
    conclusion, said = await scene.judged()
    assert conclusion is Conclusion.FAILURE
    assert "suite: tests are missing" in said


async def test_the_repro_test_as_somebody_changed_it_has_to_be_red() -> None:
    scene = await Again().proposed()
    scene.forge.person_pushes({"tests/test_new.py": "def test_it():\n    assert True is True\n"})
    conclusion, said = await scene.judged()
    assert conclusion is Conclusion.FAILURE
    assert "not proven any more: red: " in said


async def test_of_a_pull_request_that_is_over_nothing_is_said() -> None:
    scene = await Again().proposed()
    pull = scene.forge.pull_requests[NUMBER]
    scene.forge.pull_requests[NUMBER] = pull.model_copy(update={"is_open": False, "is_merged": True})
    assert await scene.proved_again() is RunStatus.COMPLETED
    assert scene.checks == []
    assert await scene.why_none() == "this run had nothing to prove: #8 was merged meanwhile"


async def test_a_run_that_fails_leaves_no_check_that_seems_to_go_on() -> None:
    class Broken(Main):
        async def fork_point(self, tenant: Any, branch: str, sha: str) -> str:
            raise OperatorProblem("the App may not read that")

    scene = await Again(forge=Broken()).proposed()
    scene.forge.person_pushes({"NOTES.md": "mine\n"})
    assert await scene.proved_again() is RunStatus.FAILED
    conclusion, said = scene.verdict()
    assert conclusion is Conclusion.NEUTRAL
    assert "the App may not read that" in said


async def test_a_run_that_fails_after_another_push_ends_the_check_that_it_began() -> None:
    class Moving(Main):
        async def fork_point(self, tenant: Any, branch: str, sha: str) -> str:
            self.person_pushes({"MORE.md": "more\n"})
            raise OperatorProblem("the App may not read that")

    scene = await Again(forge=Moving()).proposed()
    head = scene.forge.person_pushes({"NOTES.md": "mine\n"})
    assert await scene.proved_again() is RunStatus.FAILED
    assert [(check.sha, check.conclusion) for check in scene.checks] == [
        (head, None),
        (head, Conclusion.NEUTRAL),
    ]


async def test_killed_at_any_row_it_comes_to_the_same_verdict_once() -> None:
    async def moved() -> Again:
        scene = await Again().proposed()
        scene.forge.main_moves({"docs/new.md": "New.\n"})
        return scene

    calm = await moved()
    counting = Process(calm.store)
    await calm.proved_again(counting)
    for at in range(1, counting.commits + 1):
        scene = await moved()
        with pytest.raises(Killed):
            await scene.proved_again(Process(scene.store, dies_at=at, after=True))
        scene.clock.now += 1_000
        await scene.proved_again()
        last = scene.checks[-1]
        assert (last.conclusion, last.sha) == (Conclusion.SUCCESS, scene.forge.tips[BRANCH])
        assert (await scene.new_proof()).base_sha == scene.forge.at_base


def test_the_tests_beside_the_proven_ones_are_no_part_of_either() -> None:
    changes = [
        FileChange(path=path, content="x")
        for path in ("a.py", "tests/test_new.py", "tests/test_theirs.py", "tests/data.json")
    ]
    whole, suite = Patch(changes=tuple(changes)), Suite(Pytest())
    change = parted(whole, suite, ("tests/test_new.py",))
    assert change.test.paths() == ("tests/test_new.py",)
    assert change.fix.paths() == ("a.py",)
    assert change.beside.paths() == ("tests/test_theirs.py", "tests/data.json")
    assert parted(whole, suite).beside == Patch()


def test_it_has_a_subject_of_its_own_so_that_nobody_means_it_by_what_is_said_there() -> None:
    asked = trigger().model_copy(update={"workflow": "reverify", "issue": issue(NUMBER)})
    assert asked.about == asked.subject == "octo/reds#8/proof"


async def test_a_witness_is_asked_again_and_only_told_of() -> None:
    def fails(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        found = outcomes(files, wanted)
        if "tests/test_witness.py" in files:
            found["tests/test_witness.py::test_it"] = RED
        return {test: said for test, said in found.items() if not wanted or test.partition("::")[0] in wanted}

    scene = await Again(sandboxes=running(fails)).proposed()
    test = Patch(changes=(FileChange(path="tests/test_witness.py", content="def test_it(): ...\n"),))
    seen = WitnessSeen(
        mode=WitnessMode.REQUIRED, passed=True, tests=("tests/test_witness.py::test_it",), runs=3
    )
    then = Proof.model_validate_json(await scene.ports.blobs.get(scene.left["proof"]))
    then = then.model_copy(update={"witness": seen, "witness_test": test})
    scene.left["proof"] = await scene.ports.blobs.put(then.model_dump_json().encode())
    scene.forge.person_pushes({"NOTES.md": "mine\n"})
    await scene.proved_again()
    assert scene.verdict()[0] is Conclusion.SUCCESS
    witness = (await scene.new_proof()).witness
    assert witness is not None
    assert (witness.mode, witness.passed) == (WitnessMode.ADVISORY, False)
    assert "by another author, fails with it now" in scene.verdict()[1]


async def test_of_many_that_stand_on_one_base_its_suite_is_run_once() -> None:
    scene = await Again().proposed()
    scene.forge.main_moves({"docs/new.md": "New.\n"})
    bare: list[str] = []

    def count(argv: Sequence[str], files: dict[str, bytes], *_: object) -> ExecResult | None:
        if argv[0] != "tar" and "docs/new.md" in files and "tests/test_new.py" not in files:
            bare.append(argv[0])
        return None

    scene.sandboxes.on_exec(count)
    again = [await scene.begun_again(key, number) for key, number in (("d8", 8), ("d9", 9), ("d10", 10))]
    scene.forge.pull_requests |= dict.fromkeys((9, 10), scene.forge.pull_requests[NUMBER])
    assert set(await asyncio.gather(*map(scene.goes_on, again))) == {RunStatus.COMPLETED}
    assert [check.conclusion for check in scene.checks if check.conclusion] == [Conclusion.SUCCESS] * 3
    assert len(bare) == 1
