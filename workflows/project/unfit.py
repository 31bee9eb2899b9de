"""A project that cannot be worked on as it was detected: whoever reads that is told how to put it right."""

from __future__ import annotations

from workflows.errors import Failure, UserProblem
from workflows.project.model import Project
from workflows.project.words import in_a_line

CORRECTION = '--setup="…" --test="…" --path="…"'


class Unfit(UserProblem):
    """A stack that has no runner yet, or tests that do not run as they are."""

    def __init__(self, sentence: str, project: Project, said: str = "") -> None:
        super().__init__(sentence)
        self.project = project
        self.said = said

    def failure(self) -> Failure:
        detected = f"Detected: {in_a_line(self.project)}."
        notes = [f"{note}." for note in self.project.notes]
        right = f"If that is not right, say what is after the same command: {CORRECTION}"
        feedback = "\n".join([self.said, *([""] if self.said else []), detected, *notes, right])
        return super().failure().model_copy(update={"feedback": feedback.strip()})
