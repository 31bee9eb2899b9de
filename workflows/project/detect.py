"""Detect: what a repository is, and what it and whoever asked say about that. Nothing of it is run."""

from __future__ import annotations

import posixpath
import shlex

from workflows.project import config, devcontainer, go, java, node, python, rust
from workflows.project.allowance import Allowance, within
from workflows.project.choose import choose
from workflows.project.folder import Folder, manifests
from workflows.project.hosts import registries_of, together
from workflows.project.model import Claim, Project, Text
from workflows.project.modes import held
from workflows.tree import Tree

_STACKS = (python.look, node.look, rust.look, go.look, java.look)
MOST_NOTES = 20
NOBODY = Claim()


def detect(
    tree: Tree, *, asked: Claim = NOBODY, issue: str = "", allowance: Allowance | None = None
) -> Project:
    """Each claim wins over those before it, and all of them over what was only recognised."""
    configured = config.config_of(tree)
    claims = [config.claim(configured)] if configured is not None else []
    claims.append(asked)
    path = choose(tree, manifests(tree), claims, issue)
    contained = devcontainer.claim(tree, path.value)
    project = _recognised(Folder(tree, path.value)).model_copy(update={"path": path})
    for claim in [contained, *claims] if contained is not None else claims:
        project = _told(project, claim, tree)
    allowance = allowance or Allowance()
    project = held(within(project, allowance), claims, allowance)
    return project.model_copy(update={"notes": tuple(dict.fromkeys(project.notes))[:MOST_NOTES]})


def _recognised(folder: Folder) -> Project:
    looked = (look(folder) for look in _STACKS)
    found = [project for project in looked if project is not None]
    if not found:
        below = f"{folder.path}/" if folder.path else ""
        has_python = any(path.endswith(".py") and path.startswith(below) for path in folder.tree.files)
        return python.plain(folder) if has_python else Project(setup_at=folder.path)
    best = max(found, key=lambda project: (bool(project.setup.value), bool(project.test.value)))
    others = [f"{project.stack} ({project.setup.source})" for project in found if project is not best]
    if not others:
        return best
    note = (
        f"there is {' and '.join(others)} here too, which is not set up: `--setup` and `--test` say otherwise"
    )
    return best.model_copy(update={"notes": (*best.notes, note)})


def _told(project: Project, claim: Claim, tree: Tree) -> Project:
    changed: dict[str, object] = {
        name: value for name in ("image", "test", "junit") if (value := getattr(claim, name)) is not None
    }
    hosts = claim.hosts
    if claim.setup is not None:
        at = "" if claim.setup_at_root else project.path.value
        hosts = together(registries_of(claim.setup.value), hosts)
        files = _files_in(tree, at, claim.setup.value)
        changed |= {"setup": claim.setup, "setup_at": at}
        changed["key_files"] = tuple(dict.fromkeys((*project.key_files, *files)))
    if claim.test is not None and claim.junit is None:
        changed["junit"] = Text()  # the report was another command's
    if claim.narrowed is not None:
        changed["narrowed"] = claim.narrowed
    changed |= {"hosts": together(project.hosts, hosts), "notes": (*project.notes, *claim.notes)}
    return project.model_copy(update=changed)


def _files_in(tree: Tree, at: str, lines: tuple[str, ...]) -> list[str]:
    """Files that lines name: a script that set-up runs is part of what its result depends on."""
    found: list[str] = []
    for line in lines:
        try:
            words = shlex.split(line, comments=False)
        except ValueError:
            words = line.split()
        found += [
            path
            for word in words
            if (path := posixpath.normpath(posixpath.join(at, word.rstrip(";&|)")))) in tree.files
        ]
    return found
