"""A proof is of one commit on one base. When either gets another commit, it is seen again, by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.demo.scene import LABEL, REPOSITORY
from bot.evidence import proof_of
from bot.standin.checks import CheckRun
from bot.standin.world.repositories import Pull
from bot.store.port import Run
from bot.wiring import blobs_of
from tests.acceptance.house import ISSUE, House, house
from workflows.engine.status import RunStatus
from workflows.proof.statement import Proof

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGES = "shelf/pages.py"
PROVING = "step.completed reverify/state/again/prove_again"


@dataclass(frozen=True)
class Opened:
    """A pull request of ours that waits for its review, and what it was then."""

    here: House
    run: str
    number: int
    pull: Pull
    body: str
    first: str
    fixed: bytes
    unfixed: bytes

    async def pushes(self, files: Mapping[str, bytes | None], to: str = "") -> str:
        standin = self.here.stage.standin
        return await standin.push(REPOSITORY, to or self.pull.head, files, "By hand", by="maintainer")

    def checks(self, sha: str = "") -> list[CheckRun]:
        runs = self.here.stage.standin.repository(REPOSITORY).checks.runs
        at = sha or self.pull.head_sha
        return [run for run in runs if run.name == "redfirst/proof" and run.suite.head_sha == at]

    async def verdict(self, on: str, *, within: float = 120) -> CheckRun:
        """What the check at the head says in the end of what would be merged into this base."""
        async with asyncio.timeout(within):
            while True:
                newest = await self.newest()
                found = [run for run in self.checks() if newest and run.external_id == f"{newest.id}/check"]
                if found and found[0].status == "completed" and on in (found[0].summary or ""):
                    return found[0]
                await asyncio.sleep(0.05)

    async def newest(self) -> Run | None:
        return await self.here.store.last_run(f"{REPOSITORY}#{self.number}/proof")

    async def proof(self) -> Proof:
        """The new one, as `redfirst runs show RUN --proof` prints it."""
        run = await self.newest()
        assert run is not None
        proof = await proof_of(await self.here.store.rows(run.id), blobs_of(self.here.settings))
        assert proof is not None
        assert proof.run == run.id
        return proof


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Opened]:
    """The server is killed when the first pull request has been proved again, and before it has said so."""
    async with house(tmp_path_factory.mktemp("again"), as_app=True, kill_at=[PROVING]) as here:
        standin = here.stage.standin
        unfixed = await standin.read_file(REPOSITORY, "main", PAGES) or b""
        await standin.label(REPOSITORY, ISSUE, LABEL, by="maintainer")
        run = await here.rests((await here.run_of()).id)
        assert run.status is RunStatus.SUSPENDED, here.sticky()
        (issue,) = standin.pulls(REPOSITORY)
        assert issue.pull is not None
        first = issue.pull.head_sha
        fixed = await standin.read_file(REPOSITORY, first, PAGES) or b""
        yield Opened(here, run.id, issue.number, issue.pull, issue.body or "", first, fixed, unfixed)
        # Whatever came of it: nothing but the check was touched, and the run waits as it did.
        assert (await here.store.run(run.id)).status is RunStatus.SUSPENDED
        assert issue.body == body_of(here, issue.number)
        assert here.kills() == [PROVING]


def body_of(here: House, number: int) -> str | None:
    return here.stage.standin.issue(REPOSITORY, number).body


async def test_a_harmless_commit_is_proved_with_the_rest(opened: Opened) -> None:
    head = await opened.pushes({"NOTES.md": b"mine\n", PAGES: opened.fixed})
    check = await opened.verdict(head[:12])
    assert check.conclusion == "success"
    assert (check.title or "").startswith("again: red 3 of 3, green 3 of 3")
    proof = await opened.proof()
    assert (proof.head_sha, proof.fix.paths()) == (head, ("NOTES.md", PAGES))
    assert opened.pull.head_sha == head
    assert opened.body == body_of(opened.here, opened.number)


async def test_of_two_commits_in_a_row_the_last_counts_and_one_that_breaks_the_fix_is_refused(
    opened: Opened,
) -> None:
    older = await opened.pushes({"NOTES.md": b"mine, once more\n"})
    newer = await opened.pushes({PAGES: opened.fixed.replace(b"-(-len(items)", b"+(+len(items)")})
    check = await opened.verdict(newer[:12])
    assert check.conclusion == "failure"
    assert (check.title or "").startswith("not proven any more: green: the repro test still fails")
    assert {run.conclusion for run in opened.checks(older)} <= {"neutral"}
    await opened.pushes({PAGES: opened.fixed})


async def test_one_that_is_stopped_by_hand_leaves_no_check_that_goes_on(opened: Opened) -> None:
    head = await opened.pushes({"NOTES.md": b"mine, in vain\n", PAGES: opened.fixed})
    async with asyncio.timeout(60):
        while not opened.checks(head):
            await asyncio.sleep(0.05)
    newest = await opened.newest()
    assert newest is not None
    told = await opened.here.says("runs", "cancel", newest.id, "--reason", "not now")
    assert told == f"{newest.id} cancelled; GitHub shows it\n"
    (check,) = opened.checks(head)
    assert (check.status, check.conclusion, check.title) == ("completed", "cancelled", "stopped: not now")


async def test_on_a_base_that_moved_it_is_proved_and_where_the_bug_is_gone_there_that_is_said(
    opened: Opened,
) -> None:
    await opened.pushes({PAGES: opened.fixed})
    base = await opened.pushes({"NEWS.md": b"new\n", "LOGO": b"\x00\xff"}, to="main")
    check = await opened.verdict(base[:12])
    assert check.conclusion == "success"
    proof = await opened.proof()
    assert (proof.base_sha, proof.head_sha) == (base, opened.pull.head_sha)
    base = await opened.pushes({PAGES: opened.fixed}, to="main")
    check = await opened.verdict(base[:12])
    assert check.conclusion == "failure"
    assert check.title == "not proven any more: red: the test passes on the unfixed code"
    await opened.pushes({PAGES: opened.unfixed}, to="main")
