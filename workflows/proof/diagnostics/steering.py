"""What tells checkers what to look for: a fix that changes it is judged by its own rules."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from policies.patch import Patch
from workflows.project.folder import Folder
from workflows.project.ini import ini
from workflows.project.read import dig, json_of, toml
from workflows.proof.diagnostics.model import CONFIGURATION, Diagnostic
from workflows.tree import Tree

_FILES: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(pattern), tool)
    for pattern, tool in (
        (r"\.?ruff\.toml", "ruff"),
        (r"\.flake8", "flake8"),
        (r"\.?mypy\.ini", "mypy"),
        (r"pyrightconfig\.json", "pyright"),
        (r"pyrightconfig\.json", "basedpyright"),
        (r"eslint\.config\..*|\.eslintrc.*|\.eslintignore", "eslint"),
        (r"[tj]sconfig.*\.json", "tsc"),
        (r"\.?clippy\.toml|rust-toolchain(?:\.toml)?", "clippy"),
    )
)
_PYPROJECT = ("ruff", "mypy", "pyright", "basedpyright")
_INI = ("mypy", "flake8")


def steered(before: Tree, fix: Patch) -> list[Diagnostic]:
    """By the tool that it steers, each file of the fix that does."""
    after = before.with_patch(fix)
    return [
        Diagnostic(
            tool=tool,
            file=path,
            code=CONFIGURATION,
            message=f"it says what {tool} looks for, which a fix may not change",
        )
        for path in fix.paths()
        if before.files.get(path) != after.files.get(path)
        for tool in _tools(path, before, after)
    ]


def _tools(path: str, before: Tree, after: Tree) -> Iterator[str]:
    folder, name = posixpath.split(path)
    yield from (tool for known, tool in _FILES if known.fullmatch(name))
    was, now = _said(Folder(before, folder), name), _said(Folder(after, folder), name)
    yield from (tool for tool in {**was, **now} if was.get(tool) != now.get(tool))


def _said(at: Folder, name: str) -> Mapping[str, object]:
    """Of a file that is for many tools, what each of them is told."""
    match name:
        case "pyproject.toml":
            about = toml(at, name, [])
            return {tool: dig(about, "tool", tool) for tool in _PYPROJECT}
        case "setup.cfg" | "tox.ini":
            sections = ini(at, name, [])
            return {
                tool: [(key, dict(value)) for key, value in sections.items() if key.startswith(tool)]
                for tool in _INI
            }
        case "package.json":
            return {"eslint": json_of(at, name, []).get("eslintConfig")}
        case "Cargo.toml":
            about = toml(at, name, [])
            return {"clippy": (dig(about, "lints"), dig(about, "workspace", "lints"))}
        case _:
            return {}
