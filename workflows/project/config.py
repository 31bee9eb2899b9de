"""`.github/redfirst.yml`: what a repository says about itself. It may ask and it may narrow, never widen.

A new key is a field more. What is not known is an error, not a silence: a limit with a typo limits nothing.
"""

from __future__ import annotations

import difflib
import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from policies.hosts import host
from workflows.errors import UserProblem
from workflows.project.devcontainer import is_image
from workflows.project.hosts import MOST_HOSTS
from workflows.project.model import Claim, Lines, Narrowed, Text
from workflows.project.paths import folder_path
from workflows.project.yaml_file import Document, NotYaml, read
from workflows.proof.mode import DiagnosticsMode, WitnessMode
from workflows.tree import Tree

PLACE = ".github/redfirst.yml"
MOST_BYTES = 32 * 1024
MOST_ERRORS = 5

_SIZE = re.compile(r"(\d{1,9})([kmg])b?", re.IGNORECASE)
_UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3}


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _bytes(value: object) -> object:
    if value is None:
        return None
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("is a size such as 512m or 1g")
    return int(found[1]) * _UNITS[found[2].lower()]


def _host(value: str) -> str:
    if host(value) is None:
        raise ValueError("is a host such as packages.example.org, *.example.org or nexus.example.org:8081")
    return value.strip().lower()


def _image(value: str) -> str:
    if not is_image(value):
        raise ValueError("is no name of an image")
    return value


def _path(value: str) -> str:
    return folder_path(value)


def _line(value: str) -> str:
    if "\0" in value:
        raise ValueError("has a NUL in it")
    return value.strip()


Line = Annotated[str, Field(min_length=1, max_length=2_000), BeforeValidator(_line)]


Size = Annotated[int | None, BeforeValidator(_bytes), Field(ge=1)]


class _Keys(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Keys):
    memory: Size = None
    workspace: Size = None
    cpus: float | None = Field(default=None, gt=0, le=1024)
    pids: int | None = Field(default=None, ge=8)
    setup_minutes: float | None = Field(default=None, gt=0)


class Config(_Keys):
    path: Annotated[str, BeforeValidator(_path)] | None = None
    image: Annotated[str, BeforeValidator(_image)] | None = None
    setup: Annotated[tuple[Line, ...], BeforeValidator(_as_list), Field(max_length=50)] | None = None
    test: Line | None = None
    junit: Annotated[str, BeforeValidator(_path)] | None = None
    hosts: Annotated[
        tuple[Annotated[str, BeforeValidator(_host)], ...],
        BeforeValidator(_as_list),
        Field(max_length=MOST_HOSTS),
    ] = ()
    limits: Limits = Limits()
    witness: WitnessMode | None = None
    diagnostics: DiagnosticsMode | None = None


class BadConfig(UserProblem):
    """The file is there and cannot be followed. To guess what it means could widen what it was to narrow."""


def config_of(tree: Tree) -> Config | None:
    """None where there is no such file."""
    file = tree.files.get(PLACE)
    if file is None:
        return None
    if len(file.content) > MOST_BYTES:
        raise BadConfig(f"{PLACE} is larger than {MOST_BYTES // 1024} KiB")
    try:
        return parse(file.content)
    except NotYaml as error:
        raise BadConfig(f"{PLACE}: {error}") from error


def parse(content: bytes) -> Config:
    document = read(content)
    try:
        return Config.model_validate(document.value)
    except ValidationError as error:
        said = [_sentence(document, item["type"], item["loc"], item["msg"]) for item in error.errors()]
        more = f"; and {len(said) - MOST_ERRORS} more" if len(said) > MOST_ERRORS else ""
        raise BadConfig(f"{PLACE}: {'; '.join(said[:MOST_ERRORS])}{more}") from error


def claim(config: Config) -> Claim:
    def text(value: str | None) -> Text | None:
        return None if value is None else Text(value=value, source=PLACE)

    limits = config.limits
    return Claim(
        path=text(config.path),
        image=text(config.image),
        setup=None if config.setup is None else Lines(value=config.setup, source=PLACE),
        test=text(config.test),
        junit=text(config.junit),
        hosts=tuple(Text(value=host, source=PLACE) for host in config.hosts),
        narrowed=Narrowed(
            memory_bytes=limits.memory,
            workspace_bytes=limits.workspace,
            pids=limits.pids,
            cpus=limits.cpus,
            setup_seconds=limits.setup_minutes and limits.setup_minutes * 60,
        ),
        witness=config.witness,
        diagnostics=config.diagnostics,
    )


def _sentence(document: Document, kind: str, loc: tuple[int | str, ...], said: str) -> str:
    line = document.line_of(loc)
    named = ".".join(str(part) for part in loc if isinstance(part, str) and "[" not in part)
    where = f"line {line}: " if line else ""
    if kind == "extra_forbidden":
        known = Limits.model_fields if len(loc) > 1 else Config.model_fields
        nearest = difflib.get_close_matches(str(loc[-1] if loc else ""), [*known], n=1, cutoff=0.5)
        meant = f"; did you mean `{nearest[0]}`?" if nearest else f"; there are {', '.join(known)}"
        return f"{where}`{named[:100]}` is no key{meant}"
    return f"{where}`{named[:100]}` {said.removeprefix('Value error, ')}"
