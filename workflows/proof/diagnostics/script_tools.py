"""eslint and tsc: where they are configured, how they run, what they say."""

from __future__ import annotations

import posixpath
import re

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from workflows.project.folder import Folder
from workflows.project.read import commented_json, dig, entries, json_of, text
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

SUFFIXES = (".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx")

_ESLINT = (
    *(f"eslint.config.{ending}" for ending in ("js", "mjs", "cjs", "ts", "mts", "cts")),
    *(f".eslintrc{ending}" for ending in ("", ".js", ".cjs", ".yaml", ".yml", ".json")),
)
_TSC_LINE = re.compile(r"(?:([^\n]{1,1000}?)\((\d{1,9}),\d{1,9}\): )?(error|warning) (TS\d{1,6}): ([^\n]*)")
MOST_REFERENCES = 8


def eslint(at: Folder, files: tuple[str, ...]) -> Checker | None:
    source = at.first(*_ESLINT) or ("eslintConfig" in json_of(at, "package.json", []) and "package.json")
    if not source:
        return None
    return Checker(
        "eslint",
        at.path,
        at.at(source),
        ("eslint", "--format", "json", "--no-color", "--"),
        read_eslint,
        files=files,
        version=("eslint", "--version"),
        programs=(at.at("node_modules/.bin"),),
    )


def tsc(at: Folder, files: tuple[str, ...]) -> Checker | None:  # noqa: ARG001 - as every tool
    if not at.has("tsconfig.json"):
        return None
    line = ("tsc", "--noEmit", "--pretty", "false", "-p")
    projects = _projects(at)
    # One after another, to the end: the first that says something shall not hide what others say.
    each = 'for one in "$@"; do tsc --noEmit --pretty false -p "$one" || bad=$?; done; exit ${bad:-0}'
    argv = (*line, projects[0]) if len(projects) == 1 else ("sh", "-c", each, "sh", *projects)
    return Checker(
        "tsc",
        at.path,
        at.at("tsconfig.json"),
        argv,
        read_tsc,
        version=("tsc", "--version"),
        programs=(at.at("node_modules/.bin"),),
    )


def _projects(at: Folder) -> tuple[str, ...]:
    """A file that only refers to others has no code of its own."""
    try:
        about = commented_json(at.text("tsconfig.json"))
    except ValueError:
        return ("tsconfig.json",)
    referred = [text(dig(one, "path")) for one in entries(about.get("references"))]
    named = [posixpath.normpath(path) for path in referred if path and not path.startswith(("/", "-"))]
    if not named or about.get("files") != [] or "include" in about:
        return ("tsconfig.json",)
    return tuple(f"./{path}" for path in named[:MOST_REFERENCES])


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Message(_Part):
    ruleId: str | None = None  # noqa: N815 - its own name
    severity: int
    message: str
    line: int | None = 0
    fatal: bool | None = False


class _File(_Part):
    filePath: str  # noqa: N815
    messages: tuple[_Message, ...]


_FILES = TypeAdapter(tuple[_File, ...])
UNPARSED = "cannot-be-parsed"


def read_eslint(output: Output, folder: str) -> Report:
    must(output.code in {0, 1}, output)
    try:
        said = _FILES.validate_json(output.out)
    except ValidationError as error:
        raise Unreadable(why(output)) from error
    every = [(file.filePath, one) for file in said for one in file.messages]
    return report(
        found(
            "eslint",
            folder,
            path,
            one.line or 0,
            one.ruleId or UNPARSED,
            # Where a parser is not meant for a file, it stumbles over another word each time.
            one.message if one.ruleId else "its parser does not understand it",
            is_error=one.severity == 2,
        )
        for path, one in every[:MOST]
        # Without a rule it is a parser's, or says that the file is none of its business.
        if one.ruleId or one.fatal
    )


def read_tsc(output: Output, folder: str) -> Report:
    must(output.code in {0, 1, 2}, output)
    said = [line for line in map(_TSC_LINE.fullmatch, output.out.splitlines()[:MOST]) if line]
    # What is about no file is about its settings: then it has looked at nothing.
    must(bool(said) == bool(output.code) and all(line[1] for line in said), output)
    return report(
        found("tsc", folder, line[1], int(line[2]), line[4], line[5], is_error=line[3] == "error")
        for line in said
    )
