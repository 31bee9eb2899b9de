"""Trees of a few files, and what is detected in them."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.project.allowance import Allowance
from workflows.project.detect import detect
from workflows.project.model import Claim, Project
from workflows.tree import File, Tree

EVERYTHING = Allowance(images=("*",), hosts=("*.example.org",))


def tree(files: Mapping[str, str]) -> Tree:
    return Tree({path: File(text.encode()) for path, text in files.items()})


def found(
    files: Mapping[str, str],
    *,
    asked: Claim | None = None,
    issue: str = "",
    allowance: Allowance | None = None,
) -> Project:
    return detect(tree(files), asked=asked or Claim(), issue=issue, allowance=allowance)


def said(project: Project) -> tuple[str, ...]:
    """Set-up and test, to be compared at a glance."""
    return (*project.setup.value, project.test.value)


def hosts(project: Project) -> set[str]:
    return {host.value for host in project.hosts}
