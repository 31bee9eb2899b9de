"""clippy and go vet. What the compilers themselves object to, tests would not have run with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, ValidationError

from workflows.project.folder import Folder
from workflows.project.read import dig, table, toml
from workflows.proof.diagnostics.checker import MOST, Checker, NotThere, Output, Report, found, must, report
from workflows.proof.diagnostics.model import Diagnostic

RUST = (".rs",)
GO = (".go",)

_GO_LINE = re.compile(r"(?:vet: )?(\S{1,1000}?\.go):(\d{1,9})(?::\d{1,9})?: ([^\n]*)")
_NO_CLIPPY = ("no such command", "is not installed for the toolchain")


def clippy(at: Folder, files: tuple[str, ...]) -> Checker | None:  # noqa: ARG001 - as every tool
    if not at.has("Cargo.toml"):
        return None
    source = next((said for around in at.up() if (said := _asks_for_clippy(around))), "")
    if not source:
        return None
    # It names files from the root of the workspace, wherever it is run.
    home = next((around for around in at.up() if "workspace" in toml(around, "Cargo.toml", [])), at)
    argv = ("cargo", "clippy", "--offline", "--all-targets", "--message-format=json")
    return Checker("clippy", at.path, source, argv, lambda output, _: read_clippy(output, home.path))


def go_vet(at: Folder, files: tuple[str, ...]) -> Checker | None:  # noqa: ARG001
    if not at.has("go.mod"):
        return None
    return Checker("go vet", at.path, at.at("go.mod"), ("go", "vet", "./..."), read_go_vet)


def _asks_for_clippy(at: Folder) -> str:
    about = toml(at, "Cargo.toml", [])
    lints = {**table(dig(about, "workspace", "lints")), **table(about.get("lints"))}
    named = at.first("clippy.toml", ".clippy.toml") or ("clippy" in lints and "Cargo.toml")
    if not named:
        toolchain = at.first("rust-toolchain.toml", "rust-toolchain")
        named = toolchain if toolchain and "clippy" in at.text(toolchain) else ""
    return at.at(named) if named else ""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Span(_Part):
    file_name: str = ""
    line_start: int = 0
    is_primary: bool = False


class _Code(_Part):
    code: str = ""


class _Message(_Part):
    level: str = ""
    message: str = ""
    code: _Code | None = None
    spans: tuple[_Span, ...] = ()


class _Line(_Part):
    reason: str
    message: _Message | None = None
    success: bool | None = None


def read_clippy(output: Output, folder: str) -> Report:
    if any(words in output.err for words in _NO_CLIPPY):
        raise NotThere("cargo has no clippy here")
    said = list(_lines(output.out))
    end = next((line for line in said if line.reason == "build-finished"), None)
    must(end is not None and end.success == (output.code == 0), output)
    found_here = tuple(_of_clippy(said, folder))
    # A dependency that does not build is nothing that it says of this code.
    must(output.code == 0 or any(one.is_error for one in found_here), output)
    return report(found_here)


def _lines(out: str) -> Iterator[_Line]:
    for line in out.splitlines()[:MOST]:
        try:
            yield _Line.model_validate_json(line)
        except ValidationError:
            # What a build script printed, or a kind that is new.
            continue


def _of_clippy(said: list[_Line], folder: str) -> Iterator[Diagnostic]:
    for line in said:
        told = line.message
        span = next((span for span in told.spans if span.is_primary), None) if told else None
        if told is None or span is None or told.level not in {"error", "warning"}:
            continue
        code = told.code.code if told.code else ""
        is_error = told.level == "error"
        yield found("clippy", folder, span.file_name, span.line_start, code, told.message, is_error=is_error)


def read_go_vet(output: Output, folder: str) -> Report:
    lines = [*output.out.splitlines(), *output.err.splitlines()][:MOST]
    said = [line for line in map(_GO_LINE.fullmatch, lines) if line]
    must(bool(said) == bool(output.code), output)
    return report(found("go vet", folder, line[1], int(line[2]), "", line[3]) for line in said)
