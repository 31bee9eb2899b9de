"""From a project to what a sandbox is asked to do: its set-up, what that depends on, and its limits."""

from __future__ import annotations

import hashlib
import json
import posixpath
import shlex

from workflows.ports.sandbox import Limits, SetUp
from workflows.project.model import Project
from workflows.tree import Tree

SECONDS = 900.0
_FORMAT = "1"
"""Another one makes all environments anew."""


def set_up_of(project: Project, tree: Tree, image: str) -> SetUp | None:
    """None where there is nothing to be set up."""
    if not project.setup.value:
        return None
    return SetUp(
        key=environment_key(image, tree, project),
        commands=commands_of(project),
        hosts=tuple(host.value for host in project.hosts),
        seconds=min(SECONDS, project.narrowed.setup_seconds or SECONDS),
    )


def environment_key(image: str, tree: Tree, project: Project) -> str:
    """Another image, another line, or one byte more in a manifest or lock file is another environment."""
    files = {path: hashlib.sha256(tree.files[path].content).hexdigest() for path in key_files(tree, project)}
    parts = [_FORMAT, image, project.setup_at, list(commands_of(project)), files]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def key_files(tree: Tree, project: Project) -> list[str]:
    below = f"{project.setup_at}/" if project.setup_at else ""
    named = frozenset(project.key_names)
    found = {path for path in project.key_files if path in tree.files}
    if named:
        found |= {path for path in tree.files if posixpath.basename(path) in named and path.startswith(below)}
    return sorted(found)


def commands_of(project: Project) -> tuple[str, ...]:
    """Each by itself goes to its folder: it is not said whether one shell runs them all."""
    return tuple(inside(project.setup_at, line) for line in project.setup.value)


def inside(path: str, line: str) -> str:
    """A line for a shell as it is run in a folder, whatever quotes and comments are in it."""
    return f"(cd -- {shlex.quote(path)} && exec sh -c {shlex.quote(line)})" if path else line


def narrowed(limits: Limits, project: Project) -> Limits:
    """The smaller of both, each."""
    less = project.narrowed
    wanted = {
        "memory_bytes": less.memory_bytes,
        "workspace_bytes": less.workspace_bytes,
        "pids": less.pids,
        "cpus": less.cpus,
    }
    smaller = {name: min(value, getattr(limits, name)) for name, value in wanted.items() if value is not None}
    return limits.model_copy(update=smaller)
