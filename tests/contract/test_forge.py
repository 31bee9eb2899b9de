"""What every forge does: GitHub, played by the stand-in over real HTTP, by App and by token, and a local
repository. The forge of the unit tests, which only remembers, is held to the same promise: twice is once."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.breakers import Breakers
from bot.demo.scene import project_files
from bot.forge import WritableForge
from bot.github.guarded import GuardedForge
from bot.local.forge import LocalForge
from policies.effects import (
    AddLabels,
    AddReaction,
    AskForReview,
    Conclusion,
    EditPullRequest,
    MarkReady,
    PostComment,
    PushCommit,
    RemoveBranch,
    ReportCheck,
    SubmitReview,
)
from policies.facts import Permission
from policies.patch import FileChange, Patch
from tests.contract.github_here import BRANCH, REPOSITORY, TENANT, github, proposal
from tests.unit.fakes import MemoryForge
from workflows.errors import UserProblem
from workflows.tree import unpack

GITHUB = ["github-app", "github-token"]


async def _forge(kind: str, tmp_path: Path) -> AsyncGenerator[WritableForge]:
    if kind == "local":
        yield LocalForge(_repository(tmp_path / "shelf"), tmp_path / "proposals")
    elif kind == "memory":
        yield MemoryForge(maintainer=Permission.ADMIN)
    else:
        async with github(as_app=kind == "github-app") as here:
            made = GuardedForge(here.settings, Breakers())
            yield made
            await made.close()


@pytest.fixture(params=[*GITHUB, "local"])
async def forge(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[WritableForge]:
    async for made in _forge(request.param, tmp_path):
        yield made


@pytest.fixture(params=[*GITHUB, "local", "memory"])
async def any_forge(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[WritableForge]:
    async for made in _forge(request.param, tmp_path):
        yield made


@pytest.fixture(params=[*GITHUB, "memory"])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[WritableForge]:
    """Where there are people, pull requests and checks."""
    async for made in _forge(request.param, tmp_path):
        yield made


def _repository(root: Path) -> Path:
    for path, content in project_files().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    who = {f"GIT_{a}_{b}": "x@y" for a in ("AUTHOR", "COMMITTER") for b in ("NAME", "EMAIL")}
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", "-C", str(root), *command], check=True, env={**os.environ, **who})
    return root


async def _push(forge: WritableForge, key: str = "r1/fix/propose/commit") -> PushCommit:
    head = await forge.head(TENANT)
    return PushCommit(
        key=key,
        repository=REPOSITORY,
        branch=BRANCH,
        base_sha=head.sha,
        message="Fix #1: the last page",
        patch=Patch(
            changes=(
                FileChange(path="README.md", content=None),
                FileChange(path="shelf/new.py", content="NEW = 'é'\n"),
                FileChange(path="shelf/pages.py", content="PAGES = 1\n"),
            )
        ),
    )


async def _proposed(forge: WritableForge) -> tuple[int, str]:
    made = await forge.write(TENANT, await _push(forge))
    return (await forge.write(TENANT, proposal())).number, made.sha


async def test_the_head_is_the_default_branch_and_its_commit(any_forge: WritableForge) -> None:
    head = await any_forge.head(TENANT)
    assert head.branch == "main"
    assert len(head.sha) == 40


async def test_the_tip_of_a_branch_is_its_commit_and_of_none_is_nothing(forge: WritableForge) -> None:
    assert await forge.tip(TENANT, "main") == (await forge.head(TENANT)).sha
    assert await forge.tip(TENANT, BRANCH) == ""


async def test_the_tarball_is_exactly_the_files_of_the_commit(forge: WritableForge) -> None:
    head = await forge.head(TENANT)
    tree = unpack(await forge.tarball(TENANT, head.sha))
    assert {path: file.content.decode() for path, file in tree.files.items()} == project_files()


async def test_a_commit_changes_adds_and_removes_on_its_own_branch_only(forge: WritableForge) -> None:
    before = await forge.head(TENANT)
    commit = await forge.write(TENANT, await _push(forge))
    tree = unpack(await forge.tarball(TENANT, commit.sha))
    assert "README.md" not in tree.files
    assert tree.text("shelf/new.py") == "NEW = 'é'\n"
    assert tree.text("shelf/pages.py") == "PAGES = 1\n"
    assert "tests/test_pages.py" in tree.files
    assert await forge.head(TENANT) == before
    assert await forge.tip(TENANT, BRANCH) == commit.sha


async def test_the_same_commit_is_made_once_however_often_it_is_asked_for(any_forge: WritableForge) -> None:
    effect = await _push(any_forge)
    assert await any_forge.write(TENANT, effect) == await any_forge.write(TENANT, effect)


async def test_a_branch_that_another_made_is_left_alone(forge: WritableForge) -> None:
    await forge.write(TENANT, await _push(forge))
    with pytest.raises(UserProblem, match=BRANCH):
        await forge.write(TENANT, await _push(forge, key="r2/fix/propose/commit"))


async def test_the_same_pull_request_is_opened_once(any_forge: WritableForge) -> None:
    await any_forge.write(TENANT, await _push(any_forge))
    first = await any_forge.write(TENANT, proposal())
    assert await any_forge.write(TENANT, proposal()) == first


async def test_the_same_comment_is_posted_once(any_forge: WritableForge) -> None:
    comment = PostComment(key="d1/reply", repository=REPOSITORY, issue=1, body="Hello")
    first = await any_forge.write(TENANT, comment)
    assert await any_forge.write(TENANT, comment) == first


async def test_the_same_reaction_is_given_once(any_forge: WritableForge) -> None:
    reaction = AddReaction(key="d1/seen", repository=REPOSITORY, issue=1)
    first = await any_forge.write(TENANT, reaction)
    assert await any_forge.write(TENANT, reaction) == first


@pytest.mark.parametrize("kind", ["text", "ready", "people", "labels", "check", "review"])
async def test_what_is_done_to_a_pull_request_is_done_once(hub: WritableForge, kind: str) -> None:
    number, sha = await _proposed(hub)
    effect = {
        "text": EditPullRequest(key="r1/edit", repository=REPOSITORY, number=number, body="Better"),
        "ready": MarkReady(key="r1/ready", repository=REPOSITORY, number=number),
        "people": AskForReview(key="r1/ask", repository=REPOSITORY, number=number, people=("writer",)),
        "labels": AddLabels(key="r1/labels", repository=REPOSITORY, issue=number, names=("agent:fix",)),
        "check": ReportCheck(
            key="r1/check",
            repository=REPOSITORY,
            sha=sha,
            name="redfirst",
            conclusion=Conclusion.SUCCESS,
            title="Red, then green",
            summary="It was seen.",
        ),
        "review": SubmitReview(key="r1/review", repository=REPOSITORY, number=number, sha=sha, body="Hm"),
    }[kind]
    first = await hub.write(TENANT, effect)
    assert await hub.write(TENANT, effect) == first


async def test_a_branch_of_ours_is_removed_once(hub: WritableForge) -> None:
    made = await hub.write(TENANT, await _push(hub))
    removal = RemoveBranch(key="r1/remove", repository=REPOSITORY, branch=BRANCH, sha=made.sha)
    assert (await hub.write(TENANT, removal)).removed
    assert await hub.tip(TENANT, BRANCH) == ""
    assert not (await hub.write(TENANT, removal)).removed


async def test_the_owner_may_administer(any_forge: WritableForge) -> None:
    assert await any_forge.permission(TENANT, "maintainer") is Permission.ADMIN
