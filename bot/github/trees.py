"""Trees through the Git Data API: what a commit will hold, file by file."""

from __future__ import annotations

from collections.abc import Sequence

from bot.github.at import At, Narrow
from policies.effects import PushCommit
from workflows.errors import UserProblem


class _Object(Narrow):
    sha: str


class _Entry(Narrow):
    path: str
    mode: str
    type: str = "blob"
    sha: str = ""


class _Tree(Narrow):
    tree: tuple[_Entry, ...] = ()
    truncated: bool = False


class _Commit(Narrow):
    tree: _Object


async def made(at: At, effect: PushCommit) -> str:
    """The tree of its base with its changes."""
    git = at.rest.git
    answer = await git.async_get_commit(*at.repo, effect.base_sha)
    base = _Commit.model_validate_json(answer.content).tree.sha
    modes = await _modes(at, base, [change.path for change in effect.patch.changes])
    entries = [
        {"path": change.path, "mode": _mode(modes, change.path), "type": "blob"}
        | ({"sha": None} if change.content is None else {"content": change.content})
        for change in effect.patch.changes
    ]
    made = await git.async_create_tree(*at.repo, base_tree=base, tree=entries)
    return _Object.model_validate_json(made.content).sha


async def _modes(at: At, tree: str, paths: Sequence[str]) -> dict[str, str]:
    answer = await at.rest.git.async_get_tree(*at.repo, tree, recursive="1")
    listed = _Tree.model_validate_json(answer.content)
    if listed.truncated:
        return await _modes_below(at, tree, paths)
    return {entry.path: entry.mode for entry in listed.tree}


async def _modes_below(at: At, tree: str, paths: Sequence[str]) -> dict[str, str]:
    """A large repository is not listed at once, so only the folders on the way to these."""
    answer = await at.rest.git.async_get_tree(*at.repo, tree)
    modes: dict[str, str] = {}
    for entry in _Tree.model_validate_json(answer.content).tree:
        inner = [path.removeprefix(f"{entry.path}/") for path in paths if path.startswith(f"{entry.path}/")]
        if entry.path in paths:
            modes[entry.path] = entry.mode
        if inner and entry.type == "tree":
            below = await _modes_below(at, entry.sha, inner)
            modes |= {f"{entry.path}/{path}": mode for path, mode in below.items()}
    return modes


def _mode(modes: dict[str, str], path: str) -> str:
    """As it was; a new file is a plain one. A symbolic link or a submodule is never written through."""
    mode = modes.get(path, "100644")
    if mode not in {"100644", "100755"}:
        raise UserProblem(f"{path} is not a plain file in the repository")
    return mode
