"""A script for the scripted model: what it says, by role and by how far the conversation is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue


class Call(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: str
    arguments: dict[str, JsonValue] = {}


class Line(BaseModel):
    """One answer: some text, some calls."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = ""
    calls: tuple[Call, ...] = ()


class Part(BaseModel):
    """What the model says in one kind of conversation, turn by turn. The last line is said again for ever."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    """Words of the system prompt: `planner`, `test author`, `fixer`."""
    when: str = ""
    """Words that the task must have, to tell a second attempt from a first."""
    lines: tuple[Line, ...]


class Script(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    parts: tuple[Part, ...]

    def line(self, system: str, task: str, turn: int) -> Line | None:
        """The first part that fits; None when none does. Keeps no state, so a crash changes nothing."""
        for part in self.parts:
            if f"You are the {part.role} of" in system and part.when in task:
                return part.lines[min(turn, len(part.lines) - 1)]
        return None


def load(path: Path) -> Script:
    return Script.model_validate_json(path.read_bytes())


def say(text: str = "", *calls: Call) -> Line:
    return Line(text=text, calls=calls)


def part(role: str, lines: Sequence[Line], when: str = "") -> Part:
    return Part(role=role, lines=tuple(lines), when=when)
