"""The witness: a second test of the same issue, written independently, that the fixer never sees."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from policies.patch import Patch
from workflows.proof.green import NotGreen
from workflows.proof.mode import WitnessMode
from workflows.proof.red import Red
from workflows.proof.results import Outcome, Results


class Witness(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: WitnessMode
    test: Patch = Patch()
    red: Red | None = None
    missing: str = ""
    """Why there is none, where it was wanted."""


class WitnessSeen(BaseModel):
    """What it said of the fix."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: WitnessMode
    passed: bool | None = None
    """None where there was none to ask."""
    tests: tuple[str, ...] = ()
    runs: int = 0
    note: str = ""


def judge_witness(witness: Witness, runs: Sequence[Results]) -> WitnessSeen | NotGreen:
    """What goes back to the fixer holds nothing of it: who knows the witness can please it."""
    if witness.red is None:
        return WitnessSeen(mode=witness.mode, note=witness.missing)
    tests = witness.red.tests
    passed = all(not run.complaint and all(_passes(run, test) for test in tests) for run in runs)
    if not passed and witness.mode is WitnessMode.REQUIRED:
        return NotGreen(
            reason="an independent test of the same issue still fails",
            feedback="Somebody else wrote a test from the same issue, and it still fails with your fix. You "
            "cannot see it. Read the issue again: fix what it describes in general, not one case of it.",
        )
    return WitnessSeen(mode=witness.mode, passed=passed, tests=tests, runs=len(runs))


def _passes(run: Results, test: str) -> bool:
    found = run.by_id().get(test)
    return found is not None and found.outcome is Outcome.PASSED
