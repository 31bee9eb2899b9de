"""Which checkers a project uses, as its own files on the base say. What a fix says of that is not asked."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence

from workflows.project.folder import Folder
from workflows.proof.diagnostics import compiled_tools, python_linters, python_types, script_tools
from workflows.proof.diagnostics.checker import Checker
from workflows.tree import Tree

_Find = Callable[[Folder, tuple[str, ...]], Checker | None]

_KNOWN: Sequence[tuple[tuple[str, ...], _Find]] = (
    (python_linters.SUFFIXES, python_linters.ruff),
    (python_linters.SUFFIXES, python_linters.flake8),
    (python_linters.SUFFIXES, python_types.mypy),
    (python_linters.SUFFIXES, python_types.pyright),
    (python_linters.SUFFIXES, python_types.basedpyright),
    (script_tools.SUFFIXES, script_tools.eslint),
    (script_tools.SUFFIXES, script_tools.tsc),
    (compiled_tools.RUST, compiled_tools.clippy),
    (compiled_tools.GO, compiled_tools.go_vet),
)


def checkers_of(base: Tree, fixed: Sequence[str], beside: Sequence[str] = ()) -> tuple[Checker, ...]:
    """Those for what is fixed, each as configured nearest to it; they look at the files `beside` as well."""
    made: list[Checker] = []
    for suffixes, find in _KNOWN:
        mine = tuple(path for path in fixed if path.endswith(suffixes))
        if not mine:
            continue
        around = Folder(base, _common(mine))
        files = (*mine, *(path for path in beside if path.endswith(suffixes)))
        checker = next(
            (one for at in around.up() if (one := find(at, _below(at.path, files))) is not None), None
        )
        if checker is not None:
            made.append(checker)
    return tuple(made)


def _common(paths: Sequence[str]) -> str:
    return posixpath.commonpath([posixpath.dirname(path) for path in paths])


def _below(folder: str, files: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({file for file in files if not folder or file.startswith(f"{folder}/")}))
