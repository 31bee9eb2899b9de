"""Verify: all that a proof says once more, from the base and two patches; it agrees, or says where not."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from pydantic import BaseModel, ConfigDict

from policies.patch import Patch
from workflows.proof.controls import Controls
from workflows.proof.diagnostics.diagnose import diagnose
from workflows.proof.diagnostics.model import Diagnosed, State
from workflows.proof.green import NotGreen
from workflows.proof.harness import Harness
from workflows.proof.red import NotRed
from workflows.proof.statement import Proof, witness_of
from workflows.proof.trials import try_controls, try_green, try_red, try_suite, try_witness
from workflows.proof.witness import Witness, WitnessSeen


class Check(BaseModel):
    """One thing that a proof says, looked at again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    agrees: bool
    said: str


async def verify(base: Harness, proof: Proof) -> AsyncGenerator[Check]:
    """Ends with the first that does not agree: what comes after would stand on it."""
    whole = proof.test.digest() == proof.test_digest and proof.fix.digest() == proof.fix_digest
    yield Check(
        name="patches", agrees=whole, said="as the digests say" if whole else "not what the digests say"
    )
    if not whole:
        return
    (ran,) = await base.run(Patch())
    before = ran.results
    yield Check(name="base", agrees=not before.complaint, said=before.summary())
    if before.complaint:
        return
    red, _ = await try_red(base, proof.test, before.ids(), "")
    yield _judged("red", red, proof.red.tests == getattr(red, "tests", ()))
    if isinstance(red, NotRed) or red.tests != proof.red.tests:
        return
    green = await try_green(base, proof.fix, proof.test, red)
    yield _judged("green", green, True)
    if isinstance(green, NotGreen):
        return
    both = proof.fix.merged(proof.test)
    witness = witness_of(proof)
    if witness is not None and witness.red is not None:
        yield await _witness(base, proof, both, witness)
    suite = await try_suite(base, base, both, before, red.tests)
    yield _judged("suite", suite, True)
    if isinstance(suite, NotGreen):
        return
    if proof.diagnostics is not None:
        seen = await diagnose(base, proof.fix, proof.test, proof.diagnostics.mode)
        yield _diagnostics(proof.diagnostics, seen)
    controls = await try_controls(base, proof.fix, proof.test, red)
    yield _controls(proof.controls, controls)


async def _witness(base: Harness, proof: Proof, both: Patch, witness: Witness) -> Check:
    seen = await try_witness(base, both, witness)
    passed = isinstance(seen, WitnessSeen) and bool(seen.passed)
    agrees = proof.witness is not None and passed == bool(proof.witness.passed)
    return Check(name="witness", agrees=agrees, said="it passes" if passed else "it fails")


def _judged(name: str, verdict: BaseModel, same: bool) -> Check:
    match verdict:
        case NotRed(reason=reason, feedback=feedback) | NotGreen(reason=reason, feedback=feedback):
            return Check(name=name, agrees=False, said=f"{reason}: {feedback}")
        case _:
            return Check(name=name, agrees=same, said="as it says" if same else "other tests fail")


def _diagnostics(then: Diagnosed, now: Diagnosed) -> Check:
    """What people had added to a branch is told in a proof, and excused there: it is known by what it is."""
    known = {one.diagnostic.same for one in then.new}
    new = [one for one in now.counted if one.same not in known]
    able = {one.tool for one in now.checkers if one.state in {State.RAN, State.LATE}}
    missing = [one.tool for one in then.checkers if one.state is State.RAN and one.tool not in able]
    if new and not then.more:
        return Check(name="diagnostics", agrees=False, said=f"new, and not told there: {new[0]}")
    if missing:
        return Check(name="diagnostics", agrees=False, said=f"what ran then does not here: {missing[0]}")
    said = ", ".join(f"{one.tool}: {one.state}" for one in now.checkers) or "no checker is configured"
    return Check(name="diagnostics", agrees=True, said=said)


def _controls(then: Controls | None, now: Controls | NotGreen) -> Check:
    if isinstance(now, NotGreen):
        return Check(name="controls", agrees=False, said=f"{now.reason}: {now.feedback}")
    if then is None or then.left_out or now.left_out:
        return Check(name="controls", agrees=True, said="without the fix it fails again")
    if then.hunks != now.hunks:
        return Check(name="controls", agrees=False, said="other places of the fix are proven")
    return Check(name="controls", agrees=True, said=f"{now.killed} of {len(now.mutants)} mutants noticed")
