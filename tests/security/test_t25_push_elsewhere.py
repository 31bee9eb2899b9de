"""Only branches of ours are written, and never by force: there is no word for it."""

from __future__ import annotations

import pytest

from bot.rules import bundle
from policies import effects
from policies.effects import OpenPullRequest, PushCommit, RemoveBranch
from policies.facts import Facts, Permission
from policies.gate import Gate
from policies.patch import FileChange, Patch

GATE = Gate(bundle())
ADMIN = Facts(actor="1", permission=Permission.ADMIN, is_bot=False, repository="octo/reds")
PATCH = Patch(changes=(FileChange(path="a", content="b"),))

ELSEWHERE = [
    "main",
    "master",
    "refs/heads/main",
    "refs/heads/redfirst/7",
    "refs/tags/v1",
    "tags/redfirst/7",
    "gh-pages",
    "redfirst",
    "REDFIRST/7",
    " redfirst/7",
    "+redfirst/7",
    "redfirst\\7",
    "",
]


@pytest.mark.parametrize("branch", ELSEWHERE)
def test_no_other_branch_and_no_tag_is_written(branch: str) -> None:
    push = PushCommit(key="k", repository="octo/reds", branch=branch, base_sha="b", message="m", patch=PATCH)
    pull = OpenPullRequest(key="k", repository="octo/reds", head=branch, base="main", title="t", body="")
    assert GATE.decide(push, ADMIN).rules == ("own-branches-only",)
    assert GATE.decide(pull, ADMIN).rules == ("own-branches-only",)


@pytest.mark.parametrize("repository", ["octo/blues", "octo/reds.git", "OCTO/reds", ""])
def test_no_other_repository_is_written(repository: str) -> None:
    push = PushCommit(
        key="k", repository=repository, branch="redfirst/7", base_sha="b", message="m", patch=PATCH
    )
    assert not GATE.decide(push, ADMIN).allowed


def test_force_cannot_even_be_asked_for() -> None:
    assert "force" not in PushCommit.model_fields


def test_there_is_no_way_to_merge() -> None:
    assert "PushCommit" in vars(effects)
    assert not any("merge" in name.lower() for name in vars(effects))


@pytest.mark.parametrize("branch", ELSEWHERE)
def test_only_a_branch_of_ours_can_be_removed(branch: str) -> None:
    remove = RemoveBranch(key="k", repository="octo/reds", branch=branch, sha="a" * 40)
    assert GATE.decide(remove, ADMIN).rules == ("own-branches-only",)
