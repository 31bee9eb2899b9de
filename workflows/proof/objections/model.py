"""What a rule is, and the kinds of what is objected to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from workflows.code.languages import Language
from workflows.code.uses import Use, Way

PYTHON = frozenset({Language.PYTHON})
SCRIPT = frozenset({Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX})
RUST, JAVA, GO = frozenset({Language.RUST}), frozenset({Language.JAVA}), frozenset({Language.GO})

DETECTS = "detects-runner"
ENDS = "ends-process"
STARTS = "starts-process"
PATCHES = "patches-others"
EVALUATES = "evaluates-text"
REACHES = "reaches-interpreter"
HARNESS = "touches-harness"
SWALLOWS = "swallows-errors"
PLEASES = "pleases-everybody"
UNREAD = "unreadable"


class Fine(Enum):
    """Where a use is nothing unusual."""

    NOWHERE = "nowhere"
    KNOWN = "where the project does it already"
    COMMAND = "in what is started from the command line, or where the project does it already"


@dataclass(frozen=True, slots=True)
class Rule:
    languages: frozenset[Language]
    names: tuple[str, ...]
    what: str
    reason: str
    fine: Fine = Fine.NOWHERE
    together: str = ""
    """One word for all of them, where a project that does one may well do another."""

    def hits(self, use: Use) -> bool:
        return use.way is not Way.TEXT and any(use.starts(name) for name in self.names)
