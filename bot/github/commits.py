"""Commits through the Git Data API: no clone, no push credential, never a forced update."""

from __future__ import annotations

from pydantic import TypeAdapter

from bot.github import trees
from bot.github.at import PAGE, At, Narrow
from bot.github.branches import path, tip
from bot.github.errors import Invalid, understood
from policies.effects import CommitRef, PushCommit
from workflows.errors import Passing, Problem, UserProblem

TRAILER = "Redfirst-Key"


class _Object(Narrow):
    sha: str


class _Commit(Narrow):
    sha: str
    tree: _Object
    html_url: str = ""


class _Said(Narrow):
    message: str = ""
    tree: _Object


class _Listed(Narrow):
    """Another shape, where commits are listed: what git knows stands apart from what GitHub knows."""

    sha: str
    html_url: str = ""
    parents: tuple[_Object, ...] = ()
    commit: _Said


_LISTED = TypeAdapter(list[_Listed])


async def push(at: At, effect: PushCommit) -> CommitRef:
    with understood(f"pushing to {effect.branch}"):
        # A tree is what is in it: made again it is the same, and by it what we made before is known for ours.
        tree = await trees.made(at, effect)
        expected = effect.base_sha if effect.goes_on else ""
        now_at = await tip(at, effect.branch)
        if now_at == expected:
            try:
                return await _made(at, effect, tree)
            except Invalid as error:
                # Either somebody was quicker, or a rule of the repository is against it.
                now_at = await tip(at, effect.branch)
                if now_at == expected:
                    raise _not_shown_yet(effect, error) from error
        if not now_at:
            raise UserProblem(f"the branch {effect.branch} is gone; restore it or ask again from the issue")
        return await _found(at, effect, tree, now_at)


def _not_shown_yet(effect: PushCommit, error: Invalid) -> Problem:
    is_race = any(error.says(words) for words in ("already exists", "fast forward"))
    return Passing(f"GitHub does not show yet where {effect.branch} is") if is_race else error


async def _made(at: At, effect: PushCommit, tree: str) -> CommitRef:
    git = at.rest.git
    ours = at.ours("commit", effect.key, effect.base_sha, tree)
    async with ours.writing:
        if ours.made is None:
            # Kept where the branch cannot be moved to it now: the next try shall not make another.
            ours.made = await _commit(at, effect, tree)
    made: _Commit = ours.made
    with understood(f"moving {effect.branch}"):
        if effect.goes_on:
            await git.async_update_ref(*at.repo, path(effect.branch), sha=made.sha, force=False)
        else:
            await git.async_create_ref(*at.repo, ref=f"refs/heads/{effect.branch}", sha=made.sha)
    return CommitRef(ref=made.sha, sha=made.sha, branch=effect.branch, url=made.html_url)


async def _commit(at: At, effect: PushCommit, tree: str) -> _Commit:
    answer = await at.rest.git.async_create_commit(
        *at.repo,
        message=f"{effect.message}\n\n{TRAILER}: {effect.key}",
        tree=tree,
        parents=[effect.base_sha],
    )
    return _Commit.model_validate_json(answer.content)


async def _found(at: At, effect: PushCommit, tree: str, now_at: str) -> CommitRef:
    """Ours, though others may have added to it: by its key, and by being just what we would make now."""
    answer = await at.rest.repos.async_list_commits(*at.repo, sha=now_at, per_page=PAGE)
    for found in _LISTED.validate_json(answer.content):
        is_same = found.commit.tree.sha == tree and [one.sha for one in found.parents] == [effect.base_sha]
        if is_same and f"{TRAILER}: {effect.key}" in found.commit.message:
            return CommitRef(ref=found.sha, sha=found.sha, branch=effect.branch, url=found.html_url)
    raise _theirs(effect)


def _theirs(effect: PushCommit) -> UserProblem:
    if effect.goes_on:
        return UserProblem(
            f"somebody has pushed to {effect.branch} meanwhile, and their commits stay; "
            "ask again to go on from there"
        )
    return UserProblem(
        f"the branch {effect.branch} exists and is not this run's; delete or rename it, then ask again"
    )
