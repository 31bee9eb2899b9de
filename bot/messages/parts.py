"""What several texts have in common."""

from __future__ import annotations

from collections.abc import Sequence

from bot.harmless import clipped
from workflows.unseen import visible

RETRY = "`/agent retry`"

LONGEST_TITLE = 250
"""GitHub takes 256 characters."""


def one_line(text: str) -> str:
    """For titles, which are shown as they are."""
    return clipped(" ".join(visible(text).split()), LONGEST_TITLE)


def run_line(run: str) -> str:
    return f"<sub>run `{run}`</sub>"


def hidden_text(found: Sequence[str]) -> list[str]:
    said = f"⚠️ The text hides something from readers ({', '.join(found)}). It was kept from the model."
    return ["", said] if found else []
