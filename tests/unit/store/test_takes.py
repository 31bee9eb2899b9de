"""What the databases look for in a row, beside what is written there."""

from __future__ import annotations

from bot.store.stored import text
from bot.store.takes import BEGUN
from workflows.engine.entries import StepCompleted, StepStarted


def test_a_row_that_says_that_a_step_began_is_known_by_its_first_characters() -> None:
    assert text(StepStarted(path="fix/plan")).startswith(BEGUN)
    assert not text(StepCompleted(path="fix/plan", output={})).startswith(BEGUN)
