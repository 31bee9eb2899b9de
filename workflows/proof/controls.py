"""Controls: what must fail so that a green is worth something. Pure; the harness did the running."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from workflows.proof.results import Outcome, Results


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HunkSeen(_Part):
    """One place of the fix, taken back alone."""

    at: str
    proven: bool
    """A repro test fails without it. What is not proven is shown to whoever reviews."""


class MutantSeen(_Part):
    at: str
    change: str
    killed: bool


class DoomedSeen(_Part):
    """The repro test made to fail by the harness, with the fix: who forges results tells that it passes."""

    how: str
    """A failure at its end; or it was left out, where its language is none that the harness can write."""
    told: str
    """What the run gave."""


class Controls(_Part):
    reverted: str
    """What the repro tests gave with the code of the fix taken back, and all else of it left."""
    hunks: tuple[HunkSeen, ...] = ()
    mutants: tuple[MutantSeen, ...] = ()
    doomed: DoomedSeen | None = None
    """None where reports are sealed, and in a proof of before there was this."""
    left_out: tuple[str, ...] = ()
    """What was not tried, and why: there was no time for it."""

    @property
    def killed(self) -> int:
        return sum(mutant.killed for mutant in self.mutants)

    @property
    def unproven(self) -> tuple[str, ...]:
        return tuple(hunk.at for hunk in self.hunks if not hunk.proven)


def notices(results: Results, tests: Sequence[str]) -> bool | None:
    """Whether a test fails with a mutant. None where it came to no question: what cannot be loaded or
    compiled says nothing about the test."""
    now = results.by_id()
    if results.complaint or any(now[test].outcome is Outcome.ERROR for test in tests if test in now):
        return None
    return fails(results, tests) if any(test in now for test in tests) else None


def fails(results: Results, tests: Sequence[str]) -> bool:
    """Any of them. A variant that does not even run is noticed all the same."""
    now = results.by_id()
    return bool(results.complaint) or any(
        test not in now or now[test].outcome is not Outcome.PASSED for test in tests
    )


def all_fail(results: Results, tests: Sequence[str]) -> bool:
    now = results.by_id()
    return not results.complaint and all(
        test in now and now[test].outcome is Outcome.FAILED for test in tests
    )
