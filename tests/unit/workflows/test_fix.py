"""The fix workflow, all of it, on fakes: from a trigger to a draft pull request, killed anywhere."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

import pytest

from bot.blobs import MemoryBlobs
from policies.decision import Decision, Verdict
from policies.effects import Done, Effect, OpenPullRequest, PostComment, PushCommit
from policies.facts import Permission
from tests.unit.fakes import (
    BASE_SHA,
    MemoryForge,
    R,
    calls,
    issue,
    running,
)
from tests.unit.workflows.scene import (
    EASY,
    FILES,
    FIXED,
    MENDED,
    NEW,
    OLD,
    RED,
    TESTED,
    WRITE_FIX,
    WRITE_TEST,
    Scene,
    honest,
)
from tests.unit.workflows.trees import Killed, Process, patient
from workflows.branch import LONGEST_SLUG, branch_for
from workflows.engine.entries import Recorded, RunCompleted, StepCompleted
from workflows.engine.status import RunStatus
from workflows.errors import Gone, UserProblem, Who
from workflows.fix import fix
from workflows.ports.effects import Refused
from workflows.ports.sandbox import ExecResult
from workflows.proof.statement import Proof
from workflows.registry import WORKFLOWS
from workflows.trigger import Tenant, Trigger
from workflows.verdicts import Verdict as Said


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    with patient():
        yield


async def test_a_labelled_issue_becomes_a_draft_pull_request_with_a_proof() -> None:
    scene = await Scene().begin()
    assert await scene.go() is RunStatus.SUSPENDED
    (commit,) = scene.forge.branches.values()
    assert commit.branch == "redfirst/7-total-is-off-by-one"
    assert commit.base_sha == BASE_SHA
    assert commit.patch.paths() == ("shelf/pages.py", "tests/test_new.py")
    (pull,) = scene.forge.pulls.values()
    assert (pull.draft, pull.base, pull.head) == (True, "main", commit.branch)
    assert scene.sandboxes.boxes == {}
    assert "#8 awaits your review" in scene.sticky


async def test_the_proof_says_what_the_harness_saw() -> None:
    scene = await Scene().begin()
    await scene.go()
    proposed = next(
        row.entry.output
        for row in await scene.store.rows(scene.run)
        if isinstance(row.entry, StepCompleted) and row.entry.path == "fix/propose"
    )
    assert isinstance(proposed, dict)
    proof = Proof.model_validate_json(await scene.ports.blobs.get(str(proposed["proof"])))
    assert proof.head_sha == next(iter(scene.forge.branches.values())).patch.digest()[:40]
    assert (proof.red.tests, proof.red.runs, proof.red.assertion) == ((NEW,), 3, "assert 1 == 2")
    assert (proof.green.tests, proof.green.runs) == ((NEW,), 3)
    assert (proof.suite.before, proof.suite.after, proof.suite.compared) == ("1 passed", "2 passed", 1)
    assert proof.test_digest == proof.test.digest()
    assert proof.fix_digest == proof.fix.digest()
    assert proof.commands.repro == ("python", "-m", "pytest", "tests/test_new.py")
    assert proof.commands.suite == ("python", "-m", "pytest")


@pytest.mark.parametrize(("verdict", "word"), [(Said.MERGED, "merged"), (Said.CLOSED, "closed")])
async def test_people_have_the_last_word(verdict: Said, word: str) -> None:
    scene = await Scene().begin()
    await scene.go()
    assert await scene.reviewed(verdict) is RunStatus.COMPLETED
    assert f"#8 was {word}." in scene.sticky
    last = (await scene.store.rows(scene.run))[-1].entry
    assert isinstance(last, RunCompleted)
    assert isinstance(last.output, dict)
    assert (last.output["verdict"], last.output["by"]) == (word, "reviewer")


async def test_one_comment_tells_all_of_it_in_place() -> None:
    scene = await Scene().begin()
    await scene.go()
    await scene.reviewed()
    assert len(scene.forge.comments) == 1
    assert {edit.sticky for edit in scene.forge.edits} == {"progress"}
    assert len(scene.forge.edits) == 6


async def test_a_branch_of_an_earlier_run_is_found_before_the_work_and_left_alone() -> None:
    scene = await Scene().begin()
    scene.forge.tips = {"redfirst/7-total-is-off-by-one": "a" * 40}
    assert await scene.go() is RunStatus.SUSPENDED
    assert set(scene.forge.branches) == {f"redfirst/7-total-is-off-by-one-{scene.run[-6:]}"}


async def test_killed_at_any_row_it_comes_to_one_pull_request_and_no_turn_is_paid_twice() -> None:
    calm = await Scene().begin()
    counting = Process(calm.store)
    await calm.go(counting)
    for at in range(1, counting.commits + 1):
        for after in (False, True):
            scene = await Scene().begin()
            with pytest.raises(Killed):
                await scene.go(Process(scene.store, dies_at=at, after=after))
            scene.clock.now += 1_000
            await scene.go()
            assert (await scene.store.run(scene.run)).status is RunStatus.SUSPENDED
            assert scene.forge.branches == calm.forge.branches
            assert list(scene.forge.pulls.values()) == list(calm.forge.pulls.values())
            paid = len(scene.model.asked) - len(calm.model.asked)
            assert paid == 0 if after else paid <= 1


async def test_a_test_that_passes_at_once_is_refused_and_the_limit_is_told() -> None:
    easy = calls(("write_file", {"path": "tests/test_new.py", "content": EASY}))
    scene = await Scene(author=(easy, TESTED, easy, TESTED, easy, TESTED)).begin()
    assert await scene.go() is RunStatus.FAILED
    failure = await scene.failure()
    assert (failure.path, failure.count, failure.who) == ("fix/reproduce", 3, Who.MODEL)
    assert "passes on the unfixed code" in failure.feedback
    assert scene.sticky.startswith("### Redfirst stopped")
    assert scene.forge.branches == {}


async def test_what_was_wrong_with_a_test_is_told_to_its_author() -> None:
    easy = calls(("write_file", {"path": "tests/test_new.py", "content": EASY}))
    scene = await Scene(author=(easy, TESTED, WRITE_TEST, TESTED)).begin()
    assert await scene.go() is RunStatus.SUSPENDED
    tasks = [messages[1].content for route, messages in scene.model.asked if route == "author"]
    assert "Your last test was refused: the test passes on the unfixed code." in tasks[-1]
    assert "pages(10) == 1" in tasks[-1]


async def test_no_test_at_all_is_refused() -> None:
    scene = await Scene(author=(TESTED,)).begin()
    assert await scene.go() is RunStatus.FAILED
    assert (await scene.failure()).feedback == "there is no test.\nYou wrote no test file."


async def test_a_fix_that_does_nothing_is_refused() -> None:
    scene = await Scene(fixer=(MENDED,)).begin()
    assert await scene.go() is RunStatus.FAILED
    failure = await scene.failure()
    assert (failure.path, failure.feedback) == ("fix/repair", "there is no fix.\nYou changed nothing.")
    assert scene.forge.branches == {}


async def test_a_fix_that_misses_is_refused_with_what_pytest_said() -> None:
    misses = calls(("replace", {"path": "shelf/pages.py", "old": "n // 10", "new": "n // 9"}))
    scene = await Scene(fixer=(misses, MENDED, WRITE_FIX, MENDED)).begin()
    assert await scene.go() is RunStatus.SUSPENDED
    tasks = [messages[1].content for route, messages in scene.model.asked if route == "fix"]
    assert "Your last fix was refused: the repro test still fails." in tasks[-1]
    assert "n // 9" in tasks[-1]
    assert "You start again from the base." in tasks[-1]


async def test_a_fix_that_breaks_something_else_is_refused() -> None:
    def fragile(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        said = honest(files, wanted)
        return said | ({OLD: RED} if OLD in said and files["shelf/pages.py"] == FIXED else {})

    scene = await Scene(sandboxes=running(fragile), fixer=(WRITE_FIX, MENDED) * 3).begin()
    assert await scene.go() is RunStatus.FAILED
    assert "other tests fail now" in (await scene.failure()).feedback


async def test_a_project_whose_tests_do_not_run_is_the_users_move() -> None:
    sandboxes = running(honest)
    sandboxes.on_exec(lambda argv, files, stdin, env: None if argv[0] == "tar" else _says_nothing())
    scene = await Scene(sandboxes=sandboxes).begin()
    assert await scene.go() is RunStatus.FAILED
    failure = await scene.failure()
    assert failure.who is Who.USER
    assert "do not run as they are: the test run left no report" in failure.sentence
    assert scene.model.asked == []
    assert sandboxes.boxes == {}


def _says_nothing() -> ExecResult:
    return ExecResult(code=4, stderr="usage")


async def test_whoever_lost_write_permission_gets_no_commit() -> None:
    scene = await Scene().begin()
    scene.forge.people["maintainer"] = Permission.READ
    assert await scene.go() is RunStatus.FAILED
    failure = await scene.failure()
    assert failure.who is Who.USER
    assert failure.sentence == "PushCommit was refused: code is written only for people with write permission"
    assert scene.forge.branches == scene.forge.pulls == {}
    assert "write permission" in scene.sticky


async def test_a_refusal_is_recorded_and_not_asked_again() -> None:
    class No:
        def __init__(self) -> None:
            self.asked: list[str] = []

        async def perform(self, effect: Effect[R], trigger: Trigger) -> R:
            self.asked.append(effect.key)
            raise Refused(effect.kind(), Decision(verdict=Verdict.DENY, reasons=("no",)))

    no = No()
    scene = await Scene(effects=no).begin()
    with pytest.raises(Killed):
        await scene.go(Process(scene.store, dies_at=1, after=True))
    scene.clock.now += 1_000
    assert await scene.go() is RunStatus.FAILED
    assert len(no.asked) == len(set(no.asked)) == 2  # the progress, and the word at the end
    entries = [row.entry for row in await scene.store.rows(scene.run)]
    kept = [entry.value for entry in entries if isinstance(entry, Recorded)]
    assert all(isinstance(value, dict) and value["refused"] for value in kept)


async def test_where_the_blob_of_the_base_is_not_the_forge_is_asked_again() -> None:
    scene = await Scene().begin()
    with pytest.raises(Killed):
        await scene.go(Process(scene.store, dies_at=4, after=True))

    blobs = scene.ports.blobs
    assert isinstance(blobs, MemoryBlobs)
    archives = [digest for digest, content in blobs.kept.items() if content.startswith(b"\x1f\x8b")]
    del blobs.kept[archives[0]]
    scene.clock.now += 1_000
    assert await scene.go() is RunStatus.SUSPENDED


async def test_an_issue_that_cannot_be_told_anything_fails_the_run_all_the_same() -> None:
    class Locked(MemoryForge):
        async def write(self, tenant: Tenant, effect: Effect[R]) -> R:
            if isinstance(effect, PostComment):
                raise UserProblem("the issue is locked")
            return await super().write(tenant, effect)

    scene = await Scene(forge=Locked(FILES)).begin()
    assert await scene.go() is RunStatus.FAILED
    assert (await scene.failure()).sentence == "the issue is locked"


@pytest.mark.parametrize(
    ("title", "branch"),
    [
        ("Total is off by one", "redfirst/7-total-is-off-by-one"),
        ("  Zwölf Boxkämpfer!  ", "redfirst/7-zwolf-boxkampfer"),
        ("日本語", "redfirst/7"),
        ("", "redfirst/7"),
        ("../../main", "redfirst/7-main"),
        ("a.lock", "redfirst/7-a-lock"),
        ("$(id) `id` ; rm -rf /", "redfirst/7-id-id-rm-rf"),
        ("x" * 100, "redfirst/7-" + "x" * LONGEST_SLUG),
        ("a" * 39 + " b", "redfirst/7-" + "a" * 39),
    ],
)
def test_a_branch_is_plain_ascii_whatever_the_title_says(title: str, branch: str) -> None:
    assert branch_for(issue(title=title)) == branch


def test_a_workflow_is_found_by_its_name() -> None:
    assert WORKFLOWS.find("fix") is fix
    with pytest.raises(Gone, match="there is no workflow fly; there are fix, revise"):
        WORKFLOWS.find("fly")


def test_effects_say_what_they_give() -> None:
    kinds: tuple[type[Effect[Done]], ...] = (PostComment, PushCommit, OpenPullRequest)  # pyright: ignore[reportAssignmentType]
    assert all(issubclass(kind.gives, Done) and kind.labels for kind in kinds)
