"""What checkers said, and what of it is new with a fix, as data."""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from workflows.proof.mode import DiagnosticsMode

LONGEST = 300
"""Of a message, a name or a code: what a checker says is the project's own words."""
LAST_LINE = 10_000_000

SUPPRESSION = "suppression"
CONFIGURATION = "configuration"
BREAKS = "does-not-run"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class State(StrEnum):
    RAN = "ran"
    IDLE = "nothing to look at"
    ABSENT = "not there"
    LATE = "out of time"
    BROKEN = "does not run"


class Diagnostic(_Part):
    tool: str
    file: str = ""
    """From the root of the repository; empty where it is about no file."""
    line: int = 0
    code: str = ""
    message: str
    is_error: bool = True

    @property
    def same(self) -> tuple[str, ...]:
        """What makes it this one wherever it moves: many a message counts lines or names one."""
        said = "" if self.code == BREAKS else re.sub(r"\d+", "0", self.message)
        return (self.tool, self.file, self.code, said)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        code = f"{self.code} " if self.code else ""
        return f"{where}{code}{self.message} ({self.tool})"


class Told(_Part):
    """One checker on one tree."""

    tool: str
    source: str = ""
    """The file that says that the project uses it."""
    state: State
    version: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    said: str = ""
    """How it ended, where that was no way to end."""


class Looked(_Part):
    """All checkers on one tree."""

    told: tuple[Told, ...] = ()

    def of(self, tool: str) -> Told:
        return next((one for one in self.told if one.tool == tool), Told(tool=tool, state=State.IDLE))

    def updated(self, other: Looked) -> Looked:
        """With what was said once more."""
        again = {one.tool: one for one in other.told}
        return Looked(told=tuple(again.get(one.tool, one) for one in self.told))


class Fresh(_Part):
    """What was not said on the base."""

    diagnostic: Diagnostic
    excused: str = ""
    """Why it does not count; empty where it does."""


class Checked(_Part):
    """What became of one checker."""

    tool: str
    source: str = ""
    version: str = ""
    state: State
    before: int = 0
    after: int = 0
    """How much it says, old and new."""
    said: str = ""


class Diagnosed(_Part):
    """What the project's checkers said of a fix. Not sealed: what they load is the project's."""

    mode: DiagnosticsMode
    checkers: tuple[Checked, ...] = ()
    """Empty where the project has none for what the fix changes."""
    new: tuple[Fresh, ...] = ()
    more: int = 0
    """How many are left out above: none that counts before one that does not."""

    @property
    def counted(self) -> tuple[Diagnostic, ...]:
        return tuple(one.diagnostic for one in self.new if not one.excused)


def plain(text: str) -> str:
    """One printable line of bounded length."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * LONGEST])
    line = " ".join(line.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
