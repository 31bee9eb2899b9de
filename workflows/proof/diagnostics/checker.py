"""A checker: how it is run in a project, and how to read what it says, which is hostile."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workflows.ports.sandbox import WORKSPACE
from workflows.proof.diagnostics.model import LAST_LINE, Diagnostic, plain

MOST = 50_000
"""Of one checker; who says more says it to nobody."""

QUIET: Mapping[str, str] = {
    "NO_COLOR": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": "",
    "CARGO_NET_OFFLINE": "true",
    "CARGO_TERM_COLOR": "never",
    "GOPROXY": "off",
}


class Output(NamedTuple):
    code: int
    out: str
    err: str


class Report(NamedTuple):
    diagnostics: tuple[Diagnostic, ...]
    version: str = ""


class Unreadable(ValueError):
    """It crashed, or said what nobody can read. The text is for people."""


class NotThere(ValueError):
    """A part of it is missing, which it says in its own way."""


@dataclass(frozen=True, slots=True)
class Checker:
    name: str
    folder: str
    """Where its configuration lies: it runs there."""
    source: str
    argv: tuple[str, ...]
    read: Callable[[Output, str], Report]
    """Gets the folder as well."""
    files: tuple[str, ...] | None = None
    """From the root; None is whatever its configuration says."""
    version: tuple[str, ...] = ()
    """What prints it, where that takes no time."""
    programs: tuple[str, ...] = ()
    """Folders to look in first, beside those that set-up left."""

    def command(self, there: Iterable[str]) -> Sequence[str] | None:
        """None where there is nothing for it to look at."""
        if self.files is None:
            return self.argv
        known = frozenset(there)
        files = [posixpath.relpath(file, self.folder or ".") for file in self.files if file in known]
        return [*self.argv, *files] if files else None


def found(
    tool: str, folder: str, file: str, line: int, code: str, message: str, *, is_error: bool = True
) -> Diagnostic:
    return Diagnostic(
        tool=tool,
        file=rooted(folder, file) if file else "",
        line=line if 0 < line < LAST_LINE else 0,
        code=plain(code),
        message=plain(message),
        is_error=is_error,
    )


def rooted(folder: str, file: str) -> str:
    """Some name files from where they run, and some from the root of the machine."""
    whole = posixpath.normpath(posixpath.join(WORKSPACE, folder, file[:1_000]))
    return plain(whole.removeprefix(f"{WORKSPACE}/"))


def report(diagnostics: Iterable[Diagnostic], version: str = "") -> Report:
    """Each once: a compiler says the same of a file in each program that it is in."""
    return Report(tuple(dict.fromkeys(diagnostics)), plain(version))


def must(condition: bool, output: Output) -> None:
    if not condition:
        raise Unreadable(why(output))


def why(output: Output) -> str:
    """What people look at first where a program fails: the end of what it complained of."""
    said = output.err.strip() or output.out.strip()
    lines = [line for line in said[-2_000:].splitlines() if line.strip()]
    return plain(f"it ended with {output.code}: {' / '.join(lines[-4:])}")
