"""A project in a line, for people."""

from __future__ import annotations

from collections.abc import Callable

from workflows.project.model import Project

MOST_LINES = 4


Mark = Callable[[str], str]


def in_a_line(project: Project, code: Mark = lambda text: f"`{text}`", plain: Mark = str) -> str:
    """Such as: Python with uv: set up by `uv sync --locked` (uv.lock), tested by `pytest` (what is usual)."""
    where = f" in {code(project.path.value)}" if project.path.value else ""
    return f"{in_short(project)}{where}: {_set_up(project, code, plain)}, {_tested(project, code, plain)}"


def in_short(project: Project) -> str:
    """In words of ours alone."""
    what = "nothing that is known" if project.stack is None else str(project.stack)
    return f"{what} with {project.manager}" if project.manager else what


def _set_up(project: Project, code: Mark, plain: Mark) -> str:
    lines = project.setup.value
    if not lines:
        return "nothing to set up" + _of(project.setup.source, plain)
    more = f" and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
    said = ", ".join(code(line) for line in lines[:MOST_LINES])
    return f"set up by {said}{more}{_of(project.setup.source, plain)}"


def _tested(project: Project, code: Mark, plain: Mark) -> str:
    if not project.test.value:
        return "no test command found"
    return f"tested by {code(project.test.value)}{_of(project.test.source, plain)}"


def _of(source: str, plain: Mark) -> str:
    return f" ({plain(source)})" if source else ""
