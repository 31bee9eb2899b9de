"""Branches: where one is and where it left another, and the end of one of ours."""

from __future__ import annotations

from urllib.parse import quote

from bot.github.at import At, Narrow
from bot.github.errors import Invalid, understood
from policies.effects import BranchRef, RemoveBranch
from workflows.errors import Gone, UserProblem


class _Object(Narrow):
    sha: str


class _Ref(Narrow):
    object: _Object


class _Compared(Narrow):
    merge_base_commit: _Object


async def tip(at: At, branch: str) -> str:
    """The commit that it is at; empty when there is no such branch."""
    try:
        with understood(f"looking for {branch}"):
            answer = await at.rest.git.async_get_ref(*at.repo, path(branch))
            return _Ref.model_validate_json(answer.content).object.sha
    except Gone:
        return ""


async def fork_point(at: At, branch: str, sha: str) -> str:
    """GitHub shows what a pull request changes against that commit, and not against the branch as it is."""
    try:
        with understood(f"comparing {sha[:12]} with {branch}"):
            between = f"{quote(branch, safe='')}...{sha}"
            answer = await at.rest.repos.async_compare_commits(*at.repo, between, per_page=1)
            return _Compared.model_validate_json(answer.content).merge_base_commit.sha
    except Gone as gone:
        raise UserProblem(f"{sha[:12]} has nothing in common with {branch}") from gone


async def remove(at: At, effect: RemoveBranch) -> BranchRef:
    """GitHub cannot be asked to remove it only if it is still there: who pushes in this very moment loses."""
    left = BranchRef(ref=effect.branch, removed=False)
    if await tip(at, effect.branch) != effect.sha:
        return left
    try:
        with understood(f"removing {effect.branch}"):
            await at.rest.git.async_delete_ref(*at.repo, path(effect.branch))
    except (Gone, Invalid):
        return left
    return BranchRef(ref=effect.branch, removed=True)


def path(branch: str) -> str:
    """People name branches as they like, with `#` and `?` too."""
    return f"heads/{quote(branch)}"
