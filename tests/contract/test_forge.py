"""What every forge does: GitHub, played by the stand-in over real HTTP, and a local repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.breakers import Breakers
from bot.demo.scene import REPOSITORY, project_files, scene
from bot.forge import WritableForge
from bot.github.guarded import GuardedForge
from bot.local.forge import LocalForge
from bot.settings import load
from policies.effects import OpenPullRequest, PostComment, PushCommit
from policies.facts import Permission
from policies.patch import FileChange, Patch
from workflows.errors import UserProblem
from workflows.tree import unpack
from workflows.trigger import Tenant

TENANT = Tenant(repository=REPOSITORY)
BRANCH = "redfirst/1-last-page"


@pytest.fixture(params=["github", "local"])
async def forge(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[WritableForge]:
    if request.param == "local":
        yield LocalForge(_repository(tmp_path / "shelf"), tmp_path / "proposals")
        return
    async with scene() as stage:
        made = GuardedForge(
            load(
                github_api_url=stage.standin.api_url,
                github_token="redfirst-token",
                bot_id=stage.standin.world.user("redfirst[bot]").id,
            ),
            Breakers(),
        )
        yield made
        await made.close()


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


def _pull_request(key: str = "r1/fix/propose/pull-request") -> OpenPullRequest:
    return OpenPullRequest(
        key=key, repository=REPOSITORY, head=BRANCH, base="main", title="Fix #1", body="It is mended."
    )


async def test_the_head_is_the_default_branch_and_its_commit(forge: WritableForge) -> None:
    head = await forge.head(TENANT)
    assert head.branch == "main"
    assert len(head.sha) == 40


async def test_the_tarball_is_exactly_the_files_of_the_commit(forge: WritableForge) -> None:
    head = await forge.head(TENANT)
    tree = unpack(await forge.tarball(TENANT, head.sha))
    assert {path: file.content.decode() for path, file in tree.files.items()} == project_files()


async def test_a_commit_changes_adds_and_removes_on_its_own_branch_only(forge: WritableForge) -> None:
    before = await forge.head(TENANT)
    commit = await forge.push_commit(TENANT, await _push(forge))
    tree = unpack(await forge.tarball(TENANT, commit.sha))
    assert "README.md" not in tree.files
    assert tree.text("shelf/new.py") == "NEW = 'é'\n"
    assert tree.text("shelf/pages.py") == "PAGES = 1\n"
    assert "tests/test_pages.py" in tree.files
    assert await forge.head(TENANT) == before


async def test_the_same_commit_is_made_once_however_often_it_is_asked_for(forge: WritableForge) -> None:
    effect = await _push(forge)
    assert await forge.push_commit(TENANT, effect) == await forge.push_commit(TENANT, effect)


async def test_a_branch_that_another_made_is_left_alone(forge: WritableForge) -> None:
    await forge.push_commit(TENANT, await _push(forge))
    with pytest.raises(UserProblem, match=BRANCH):
        await forge.push_commit(TENANT, await _push(forge, key="r2/fix/propose/commit"))


async def test_the_same_pull_request_is_opened_once(forge: WritableForge) -> None:
    await forge.push_commit(TENANT, await _push(forge))
    first = await forge.open_pull_request(TENANT, _pull_request())
    assert await forge.open_pull_request(TENANT, _pull_request()) == first


async def test_the_same_comment_is_posted_once(forge: WritableForge) -> None:
    comment = PostComment(key="d1/reply", repository=REPOSITORY, issue=1, body="Hello")
    first = await forge.post_comment(TENANT, comment)
    assert await forge.post_comment(TENANT, comment) == first


async def test_the_owner_may_administer(forge: WritableForge) -> None:
    assert await forge.permission(TENANT, "maintainer") is Permission.ADMIN
