"""Commits through the Git Data API: no clone, no push credential, never a forced update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from bot.github.errors import understood
from policies.effects import CommitRef, PushCommit
from workflows.errors import Gone, UserProblem

if TYPE_CHECKING:
    from githubkit import GitHub

TRAILER = "Redfirst-Key"


class _Narrow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Object(_Narrow):
    sha: str


class _Ref(_Narrow):
    object: _Object


class Commit(_Narrow):
    sha: str
    message: str = ""
    tree: _Object
    html_url: str = ""


class _Entry(_Narrow):
    path: str
    mode: str


class _Tree(_Narrow):
    sha: str
    tree: tuple[_Entry, ...] = ()


async def push(client: GitHub[Any], owner: str, repo: str, effect: PushCommit) -> CommitRef:
    with understood(f"pushing to {effect.branch}"):
        existing = await tip(client, owner, repo, effect.branch)
        if existing is not None:
            return _ours(existing, effect)
        made = await _commit(client, owner, repo, effect)
        ref = f"refs/heads/{effect.branch}"
        await client.rest.git.async_create_ref(owner, repo, ref=ref, sha=made.sha)
    return CommitRef(ref=made.sha, sha=made.sha, branch=effect.branch, url=made.html_url)


def _ours(found: Commit, effect: PushCommit) -> CommitRef:
    if f"{TRAILER}: {effect.key}" not in found.message:
        raise UserProblem(
            f"the branch {effect.branch} exists and is not this run's; delete or rename it, then ask again"
        )
    return CommitRef(ref=found.sha, sha=found.sha, branch=effect.branch, url=found.html_url)


async def tip(client: GitHub[Any], owner: str, repo: str, branch: str) -> Commit | None:
    """The last commit of a branch; None when there is no such branch."""
    try:
        with understood(f"looking for {branch}"):
            ref = await client.rest.git.async_get_ref(owner, repo, f"heads/{branch}")
            return await _read_commit(client, owner, repo, _Ref.model_validate(ref.json()).object.sha)
    except Gone:
        return None


async def _read_commit(client: GitHub[Any], owner: str, repo: str, sha: str) -> Commit:
    answer = await client.rest.git.async_get_commit(owner, repo, sha)
    return Commit.model_validate(answer.json())


async def _commit(client: GitHub[Any], owner: str, repo: str, effect: PushCommit) -> Commit:
    git: Any = client.rest.git
    base = await _read_commit(client, owner, repo, effect.base_sha)
    listed = await git.async_get_tree(owner, repo, base.tree.sha, recursive="1")
    modes = {entry.path: entry.mode for entry in _Tree.model_validate(listed.json()).tree}
    entries = [
        {"path": change.path, "mode": _mode(modes, change.path), "type": "blob"}
        | ({"sha": None} if change.content is None else {"content": change.content})
        for change in effect.patch.changes
    ]
    tree = await git.async_create_tree(owner, repo, base_tree=base.tree.sha, tree=entries)
    commit = await git.async_create_commit(
        owner,
        repo,
        message=f"{effect.message}\n\n{TRAILER}: {effect.key}",
        tree=_Object.model_validate(tree.json()).sha,
        parents=[effect.base_sha],
    )
    return Commit.model_validate(commit.json())


def _mode(modes: dict[str, str], path: str) -> str:
    """As it was; a new file is a plain one. A symbolic link or a submodule is never written through."""
    mode = modes.get(path, "100644")
    if mode not in {"100644", "100755"}:
        raise UserProblem(f"{path} is not a plain file in the repository")
    return mode
