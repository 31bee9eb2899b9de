"""ruff and flake8: where they are configured, how they run, what they say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

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

SUFFIXES = (".py", ".pyi")

_FLAKE8_LINE = re.compile(r"([^\n]{1,1000}?):(\d{1,9}):(\d{1,9}): (\S{1,40}) ([^\n]*)")


def tools(at: Folder) -> Sequence[str]:
    """The tables of pyproject.toml that are for a tool."""
    return [*table(dig(toml(at, "pyproject.toml", []), "tool"))]


def ruff(at: Folder, files: tuple[str, ...]) -> Checker | None:
    source = at.first("ruff.toml", ".ruff.toml") or ("ruff" in tools(at) and "pyproject.toml")
    if not source:
        return None
    argv = ("ruff", "check", "--output-format", "json", "--no-cache", "--no-fix", "--force-exclude", "--")
    return Checker(
        "ruff", at.path, at.at(source), argv, read_ruff, files=files, version=("ruff", "--version")
    )


def flake8(at: Folder, files: tuple[str, ...]) -> Checker | None:
    source = ".flake8" if at.has(".flake8") else _with_section(at, "flake8")
    if not source:
        return None
    argv = ("flake8", "--jobs=1", "--format=%(path)s:%(row)d:%(col)d: %(code)s %(text)s", "--")
    return Checker(
        "flake8", at.path, at.at(source), argv, read_flake8, files=files, version=("flake8", "--version")
    )


def _with_section(at: Folder, section: str) -> str:
    return next((name for name in ("setup.cfg", "tox.ini") if section in ini(at, name, [])), "")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Place(_Part):
    row: int = 0


class _Ruff(_Part):
    code: str | None
    filename: str
    location: _Place = _Place()
    message: str


_RUFF = TypeAdapter(tuple[_Ruff, ...])


def read_ruff(output: Output, folder: str) -> Report:
    must(output.code in {0, 1}, output)
    try:
        said = _RUFF.validate_json(output.out)
    except ValidationError as error:
        raise Unreadable(why(output)) from error
    return report(
        found("ruff", folder, one.filename, one.location.row, one.code or "syntax", one.message)
        for one in said[:MOST]
    )


def read_flake8(output: Output, folder: str) -> Report:
    must(output.code in {0, 1}, output)
    said = [line for line in map(_FLAKE8_LINE.fullmatch, output.out.splitlines()[:MOST]) if line]
    # It ends with 1 where it crashes, too.
    must(bool(said) == bool(output.code), output)
    return report(found("flake8", folder, line[1], int(line[2]), line[4], line[5]) for line in said)
