"""Verify: all that a proof says once more, from the base and its patches; it agrees, or says where not."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from pydantic import BaseModel, ConfigDict

from workflows.ports.sandbox import SandboxFacts
from workflows.proof.controls import Controls
from workflows.proof.diagnostics.model import Diagnosed, State
from workflows.proof.harness import Harness
from workflows.proof.mode import DiagnosticsMode
from workflows.proof.proving import About, Change, Trial, on_base, prove
from workflows.proof.red import Red
from workflows.proof.same_sandbox import differences, image_of, why_not_same_image
from workflows.proof.statement import Proof, witness_of
from workflows.proof.witness import WitnessSeen


class Check(BaseModel):
    """One thing that a proof says, looked at again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    agrees: bool
    said: str
    is_note: bool = False
    """It is not as the proof has it, and does not have to be."""


async def verify(base: Harness, proof: Proof, *, same_image: bool = False) -> AsyncGenerator[Check]:
    """Ends with the first that does not agree: what comes after would stand on it."""
    whole = proof.test.digest() == proof.test_digest and proof.fix.digest() == proof.fix_digest
    yield Check(
        name="patches", agrees=whole, said="as the digests say" if whole else "not what the digests say"
    )
    if not whole:
        return
    ground = await on_base(base)
    there = sandbox(proof.sandbox, ground.facts, same_image=same_image)
    yield there
    if not there.agrees:
        return
    async with aclosing(prove(ground, _change(proof), _about(proof))) as trials:
        async for trial in trials:
            if isinstance(trial, Proof):
                return
            check = _against(proof, trial)
            yield check
            if not check.agrees:
                return


def sandbox(then: SandboxFacts, now: SandboxFacts, *, same_image: bool) -> Check:
    """Another one is told, and refused only where somebody insists: a proof shall hold anywhere."""
    why_not = why_not_same_image(then, now) if same_image else ""
    if why_not:
        return Check(name="sandbox", agrees=False, said=why_not)
    other = differences(then, now)
    said = "; ".join(other) or f"the same: {now.kind}, {image_of(now)}"
    return Check(name="sandbox", agrees=True, said=said, is_note=bool(other))


def _change(proof: Proof) -> Change:
    witness = witness_of(proof)
    there = witness is not None and witness.red is not None
    return Change(test=proof.test, fix=proof.fix, beside=proof.beside, witness=witness if there else None)


def _about(proof: Proof) -> About:
    # Told, and not refused: what a proof has excused is known by what it is.
    asked = DiagnosticsMode.OFF if proof.diagnostics is None else DiagnosticsMode.ADVISORY
    return About(
        repository=proof.repository,
        base_sha=proof.base_sha,
        head_sha=proof.head_sha,
        project=proof.project,
        release=proof.release,
        diagnostics=asked,
    )


def _against(proof: Proof, trial: Trial) -> Check:
    said = f"{trial.said}: {trial.feedback}" if trial.feedback else trial.said
    other = _other(proof, trial) if trial.holds else ""
    return Check(name=trial.name, agrees=trial.holds and not other, said=other or said)


def _other(proof: Proof, trial: Trial) -> str:
    """What is not as the proof has it, of a trial that holds; empty where all is."""
    match trial.verdict:
        case Red(tests=tests):
            return "" if tests == proof.red.tests else "other tests fail"
        case WitnessSeen(passed=passed):
            then = proof.witness is not None and bool(proof.witness.passed)
            return "" if bool(passed) == then else trial.said
        case Diagnosed() as now:
            return _new(proof.diagnostics, now)
        case Controls() as now:
            return _unlike(proof.controls, now)
        case _:
            return ""


def _new(then: Diagnosed | None, now: Diagnosed) -> str:
    if then is None:
        return ""
    known = {one.diagnostic.same for one in then.new}
    new = [one for one in now.counted if one.same not in known]
    able = {one.tool for one in now.checkers if one.state in {State.RAN, State.LATE}}
    missing = [one.tool for one in then.checkers if one.state is State.RAN and one.tool not in able]
    if new and not then.more:
        return f"new, and not told there: {new[0]}"
    return f"what ran then does not here: {missing[0]}" if missing else ""


def _unlike(then: Controls | None, now: Controls) -> str:
    if then is None or then.left_out or now.left_out or then.hunks == now.hunks:
        return ""
    return "other places of the fix are proven"
