"""The evidence of a run, read off its journal: the proof as it was last written, and the change as a diff."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.blobs import MemoryBlobs
from bot.evidence import diff, diff_of, proof_of, proposal
from policies.effects import CommitRef, PullRequestRef
from policies.patch import FileChange, Patch
from tests.unit.bot.stages import PATCH, case, repairing
from tests.unit.bot.test_messages import proof
from tests.unit.fakes import tarball
from workflows.case import Proposed, Proven
from workflows.engine.entries import Entry, Row, StepCompleted
from workflows.tree import File, Tree


def rows(*entries: Entry) -> list[Row]:
    return [
        Row(seq=seq, at=datetime(2026, 1, 1, tzinfo=UTC), entry=entry) for seq, entry in enumerate(entries, 1)
    ]


async def evidence(blobs: MemoryBlobs) -> list[Row]:
    archive = await blobs.put(tarball({"shelf/pages.py": "old\n"}))
    seen = proof().model_copy(
        update={
            "head_sha": "",
            "fix": Patch(changes=(FileChange(path="shelf/pages.py", content="new\n"),)),
            "test": PATCH,
        }
    )
    first = await blobs.put(seen.model_dump_json().encode())
    last = await blobs.put(seen.model_copy(update={"head_sha": "c" * 40}).model_dump_json().encode())
    proven = Proven(case=case(archive), repro=repairing().repro, fix=seen.fix, summary="x", proof=first)
    proposed = Proposed(
        case=case(archive),
        commit=CommitRef(ref="c", sha="c" * 40, branch="redfirst/7"),
        pull_request=PullRequestRef(ref="8", number=8),
        proof=last,
    )
    return rows(
        StepCompleted(path="fix/prepare", output=case(archive).model_dump(mode="json")),
        StepCompleted(path="fix/prove", output=proven.model_dump(mode="json")),
        StepCompleted(path="fix/propose", output=proposed.model_dump(mode="json")),
    )


async def test_the_proof_is_the_one_with_the_commit_in_it() -> None:
    blobs = MemoryBlobs()
    kept = await evidence(blobs)
    found = await proof_of(kept, blobs)
    assert found is not None
    assert found.head_sha == "c" * 40
    before = await proof_of(kept[:2], blobs)
    assert before is not None
    assert before.head_sha == ""
    assert await proof_of(kept[:1], blobs) is None


async def test_the_pull_request_of_a_run_is_found() -> None:
    kept = await evidence(MemoryBlobs())
    opened = proposal(kept)
    assert opened is not None
    assert opened.pull_request.number == 8
    assert proposal(kept[:2]) is None


async def test_the_change_of_a_run_is_shown_as_a_diff() -> None:
    blobs = MemoryBlobs()
    kept = await evidence(blobs)
    text = await diff_of(kept, blobs)
    assert (
        "diff --git a/shelf/pages.py b/shelf/pages.py\n--- a/shelf/pages.py\n+++ b/shelf/pages.py\n" in text
    )
    assert "-old\n+new\n" in text
    assert "--- /dev/null\n+++ b/tests/test_new.py\n" in text
    assert await diff_of(kept[:1], blobs) == ""


def test_a_file_that_ends_without_a_newline_says_so() -> None:
    changed = Patch(changes=(FileChange(path="a", content="x"),))
    text = diff(Tree({"a": File(b"x\n")}), changed)
    assert text.endswith("-x\n+x\n\\ No newline at end of file\n")


def test_only_a_newline_ends_a_line() -> None:
    changed = Patch(changes=(FileChange(path="a", content="x\x0cy\u2028z\n"),))
    assert diff(Tree({}), changed).endswith("@@ -0,0 +1 @@\n+x\x0cy\u2028z\n")


def test_a_deletion_is_shown_as_one() -> None:
    gone = Patch(changes=(FileChange(path="a", content=None),))
    assert (
        diff(Tree({"a": File(b"x\n")}), gone)
        == "diff --git a/a b/a\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    )
