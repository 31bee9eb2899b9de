"""mypy, pyright and basedpyright: where they are configured, how they run, what they say."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, ValidationError

from workflows.project.folder import Folder
from workflows.project.ini import ini
from workflows.project.read import dig, table, toml
from workflows.proof.diagnostics.checker import (
    MOST,
    Checker,
    Output,
    Report,
    Unreadable,
    found,
    must,
    report,
    why,
)
from workflows.proof.diagnostics.model import Diagnostic
from workflows.proof.diagnostics.python_linters import tools

_MYPY_LINE = re.compile(
    r"([^\n]{1,1000}?):(?:(\d{1,9}):)?(?:\d{1,9}:)? (error|note|warning): (.*?)(?:  \[([\w-]{1,60})\])?"
)
_MYPY_FLAGS = (
    *("--no-pretty", "--hide-error-context", "--show-error-codes", "--show-column-numbers"),
    *("--no-color-output", "--no-error-summary", "--cache-dir=/dev/null"),
)
_NO_CODE = frozenset({"test", "tests", "doc", "docs", "example", "examples", "build", "dist"})


def mypy(at: Folder, files: tuple[str, ...]) -> Checker | None:  # noqa: ARG001 - as every tool
    for name in ("mypy.ini", ".mypy.ini", "setup.cfg"):
        sections = ini(at, name, [])
        if "mypy" in sections or (at.has(name) and name != "setup.cfg"):
            return _mypy(at, name, frozenset(sections.get("mypy", {})))
    if "mypy" in tools(at):
        told = table(dig(toml(at, "pyproject.toml", []), "tool", "mypy"))
        return _mypy(at, "pyproject.toml", frozenset(told))
    return None


def pyright(at: Folder, files: tuple[str, ...]) -> Checker | None:  # noqa: ARG001
    source = at.first("pyrightconfig.json") or ("pyright" in tools(at) and "pyproject.toml")
    return _pyright("pyright", at, source) if source else None


def basedpyright(at: Folder, files: tuple[str, ...]) -> Checker | None:  # noqa: ARG001
    return _pyright("basedpyright", at, "pyproject.toml") if "basedpyright" in tools(at) else None


def _mypy(at: Folder, source: str, told: frozenset[str]) -> Checker:
    targets = () if {"files", "packages", "modules"} & told else _targets(at)
    argv = ("mypy", *_MYPY_FLAGS, *targets)
    return Checker("mypy", at.path, at.at(source), argv, read_mypy, version=("mypy", "--version"))


def _targets(at: Folder) -> tuple[str, ...]:
    """Where the code is, of a project that says it on a command line that nobody here reads."""
    if at.tree.is_folder(at.at("src")):
        return ("src",)
    below = f"{at.path}/" if at.path else ""
    tops = {
        posixpath.dirname(path.removeprefix(below))
        for path in at.tree.files
        if path.startswith(below) and posixpath.basename(path) in {"__init__.py", "py.typed"}
    }
    packages = sorted(top for top in tops if top and "/" not in top and top not in _NO_CODE)
    return tuple(f"./{package}" for package in packages) or (".",)


def _pyright(name: str, at: Folder, source: str) -> Checker:
    def read(output: Output, folder: str) -> Report:
        return read_pyright(output, folder, name)

    return Checker(name, at.path, at.at(source), (name, "--outputjson"), read)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


def read_mypy(output: Output, folder: str) -> Report:
    """2 is what it ends with where it could not go on: what it said until then is no whole answer."""
    must(output.code in {0, 1}, output)
    errors = tuple(_mypy_errors(output, folder))
    must(bool(errors) == bool(output.code), output)
    return report(errors)


def _mypy_errors(output: Output, folder: str) -> Iterator[Diagnostic]:
    for line in map(_MYPY_LINE.fullmatch, output.out.splitlines()[:MOST]):
        if line and line[3] == "error":
            yield found("mypy", folder, line[1], int(line[2] or 0), line[5] or "", line[4])


class _Start(_Part):
    line: int = 0


class _Range(_Part):
    start: _Start = _Start()


class _PyrightOne(_Part):
    file: str = ""
    severity: str
    message: str
    range: _Range = _Range()
    rule: str = ""


class _Pyright(_Part):
    version: str = ""
    generalDiagnostics: tuple[_PyrightOne, ...]  # noqa: N815 - its own name


def read_pyright(output: Output, folder: str, tool: str = "pyright") -> Report:
    must(output.code in {0, 1}, output)
    # The program that PyPI has for it writes above what it may want to be renewed.
    text = output.out[max(output.out.find("{"), 0) :]
    try:
        said = _Pyright.model_validate_json(text)
    except ValidationError as error:
        raise Unreadable(why(output)) from error
    return report(
        (
            found(
                tool,
                folder,
                one.file,
                one.range.start.line + 1,
                one.rule,
                one.message,
                is_error=one.severity == "error",
            )
            for one in said.generalDiagnostics[:MOST]
            if one.severity in {"error", "warning"}
        ),
        said.version,
    )
