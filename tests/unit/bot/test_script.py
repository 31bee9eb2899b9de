"""The script of the scripted model: by role, by task, by turn, and without a memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.models.script import Call, Script, load, part, say
from workflows.agents.roles import AUTHOR, FIXER, PLANNER

FIRST, SECOND, AGAIN = say("first", Call(tool="list_files")), say("second"), say("again")
SCRIPT = Script(
    parts=(
        part("fixer", [AGAIN], when="was refused"),
        part("fixer", [FIRST, SECOND]),
        part("planner", [say("plan")]),
    )
)


def test_a_line_is_chosen_by_role_and_turn_and_the_last_is_said_for_ever() -> None:
    said = [SCRIPT.line(FIXER.instructions(), "the task", turn) for turn in range(4)]
    assert said == [FIRST, SECOND, SECOND, SECOND]


def test_a_second_attempt_is_told_from_a_first() -> None:
    assert SCRIPT.line(FIXER.instructions(), "Your last fix was refused: no", 0) == AGAIN


def test_a_role_without_a_part_has_no_line() -> None:
    assert SCRIPT.line(AUTHOR.instructions(), "the task", 0) is None
    assert SCRIPT.line(PLANNER.instructions(), "the task", 0) == say("plan")


def test_the_script_of_the_demo_has_a_part_for_each_role() -> None:
    script = load(Path("bot/demo/script.json"))
    assert all(script.line(role.instructions(), "", 0) for role in (PLANNER, AUTHOR, FIXER))


def test_a_script_with_a_slip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "script.json").write_text('{"parts": [{"role": "fixer", "line": []}]}')
    with pytest.raises(ValidationError):
        load(tmp_path / "script.json")
