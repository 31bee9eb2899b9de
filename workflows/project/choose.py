"""Which of the projects in a repository is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from workflows.errors import UserProblem
from workflows.project.folder import is_aside
from workflows.project.model import Claim, Text
from workflows.tree import Tree

MOST_NAMED = 10


def choose(tree: Tree, manifests: Mapping[str, frozenset[str]], claims: Sequence[Claim], issue: str) -> Text:
    """Who says most is asked first: the last claim. Then the root, and then whichever is evident."""
    for claim in reversed(claims):
        if claim.path is not None:
            return _there(tree, manifests, claim.path)
    found = candidates(manifests)
    if "" in manifests or not found:
        return Text()
    if len(found) == 1:
        return Text(value=found[0], source="the only project here")
    named = [path for path in found if _names(issue, path)]
    if len(named) == 1:
        return Text(value=named[0], source="the issue, which names it")
    if any(claim.setup for claim in claims) and any(claim.test for claim in claims):
        return Text()
    raise UserProblem(
        f"there are {len(found)} projects in this repository: {_list(found)}. Say which is meant "
        f"with `--path={found[0]}` after the same command, or for good with `path: {found[0]}` in "
        ".github/redfirst.yml"
    )


def candidates(manifests: Mapping[str, frozenset[str]]) -> list[str]:
    """The topmost folders that have a manifest: what is below one is its part."""
    found: list[str] = []
    tops: set[str] = set()
    for path in manifests:
        parts = path.split("/")
        around = {"/".join(parts[:count]) for count in range(1, min(len(parts), 50))}
        if path and not is_aside(path) and not around & tops:
            found.append(path)
            tops.add(path)
    return found


def _there(tree: Tree, manifests: Mapping[str, frozenset[str]], path: Text) -> Text:
    if path.value and path.value not in manifests and not tree.is_folder(path.value):
        found = candidates(manifests)
        there = f"; there are {_list(found)}" if found else ""
        raise UserProblem(f"there is no folder {path.value!r}, which {path.source} names{there}")
    return path


def _names(issue: str, path: str) -> bool:
    return re.search(rf"(?<![\w/.-]){re.escape(path)}(?![\w-])", issue) is not None


def _list(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else ""
    return ", ".join(path[:100] for path in paths[:MOST_NAMED]) + more
