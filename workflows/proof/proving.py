"""Proving: a change that is there already, whoever wrote it, all the way from red; no model has a say."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass, field
from typing import TypeAlias

from policies.patch import Patch
from workflows.ports.sandbox import SandboxFacts
from workflows.project.model import Project
from workflows.proof.controls import Controls
from workflows.proof.diagnostics.model import Diagnosed
from workflows.proof.doomed import AT_ITS_END
from workflows.proof.green import Green, NotGreen, Unharmed
from workflows.proof.harness import Harness
from workflows.proof.mode import DiagnosticsMode
from workflows.proof.red import NotRed, Red
from workflows.proof.results import Results
from workflows.proof.statement import Commands, Proof
from workflows.proof.suite import Suite
from workflows.proof.trials import try_controls, try_diagnostics, try_green, try_red, try_suite, try_witness
from workflows.proof.witness import Witness, WitnessSeen


@dataclass(frozen=True, slots=True)
class Change:
    """One change in its two parts, which are held to different rules."""

    test: Patch
    fix: Patch
    beside: Patch = field(default_factory=Patch)
    """What people changed among the tests besides: there with the fix and without, and not what is proven."""
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a proof says of itself, and nobody can see in a sandbox."""

    repository: str
    base_sha: str
    head_sha: str
    project: Project
    release: str
    issue: str = ""
    """Its text: where it reports a crash, the test has to show that one."""
    diagnostics: DiagnosticsMode = DiagnosticsMode.REQUIRED


@dataclass(frozen=True, slots=True)
class Base:
    """The ground: where things run, and what the suite says there before anything is changed."""

    harness: Harness
    results: Results
    facts: SandboxFacts


Verdict: TypeAlias = Results | Red | NotRed | Green | NotGreen | WitnessSeen | Unharmed | Diagnosed | Controls


@dataclass(frozen=True, slots=True)
class Trial:
    """One of them, and what came of it."""

    name: str
    said: str
    feedback: str = ""
    """What to do about it, where it was refused, in words for whoever wrote it."""
    holds: bool = True
    verdict: Verdict | None = None
    """None where there was nothing to run."""


def parted(whole: Patch, suite: Suite, proven: Collection[str] | None = None) -> Change:
    """Whatever lies among the tests is a test; all else is the fix. Where it is known which files were
    proven, the other tests stand beside them."""
    tests = [change for change in whole.changes if suite.is_of_tests(change.path)]
    rest = tuple(change for change in whole.changes if not suite.is_of_tests(change.path))
    ours = tuple(change for change in tests if proven is None or change.path in proven)
    beside = tuple(change for change in tests if change not in ours)
    return Change(test=Patch(changes=ours), fix=Patch(changes=rest), beside=Patch(changes=beside))


async def on_base(harness: Harness) -> Base:
    (ran,) = await harness.run(Patch())
    return Base(harness, ran.results, ran.facts)


async def prove(base: Base, change: Change, about: About) -> AsyncGenerator[Trial | Proof]:
    """Ends with the proof, or with the first trial that does not hold."""
    plain, before = base.harness, base.results
    harness = plain.on(plain.tree.with_patch(change.beside))
    yield _trial("base", before)
    if before.complaint:
        return
    red, ran = await try_red(harness, change.test, before.ids(), about.issue)
    yield _trial("red", red)
    if isinstance(red, NotRed):
        return
    green = await try_green(harness, change.fix, change.test, red)
    yield _trial("green", green)
    if isinstance(green, NotGreen):
        return
    both = change.fix.merged(change.test)
    witness: WitnessSeen | NotGreen | None = None
    if change.witness is not None:
        witness = await try_witness(harness, both, change.witness)
        yield _trial("witness", witness)
    if isinstance(witness, NotGreen):
        return
    # Without what stands beside: a test that somebody added and that fails is new, and was not so before.
    suite = await try_suite(harness, plain, both, before, red.tests)
    yield _trial("suite", suite)
    if isinstance(suite, NotGreen):
        return
    checkers: Diagnosed | NotGreen | None = None
    if about.diagnostics is not DiagnosticsMode.OFF:
        checkers = await try_diagnostics(harness, change.fix, change.test, about.diagnostics)
        yield _trial("diagnostics", checkers)
    if isinstance(checkers, NotGreen):
        return
    controls = await try_controls(harness, change.fix, change.test, red)
    yield _trial("controls", controls)
    if isinstance(controls, NotGreen):
        return
    yield Proof(
        run="",
        repository=about.repository,
        issue=0,
        base_sha=about.base_sha,
        head_sha=about.head_sha,
        project=about.project,
        environment=harness.spec.environment,
        runner=harness.suite.runner.name,
        commands=Commands(repro=ran[0].results.command, suite=before.command),
        sandbox=base.facts,
        test=change.test,
        fix=change.fix,
        test_digest=change.test.digest(),
        fix_digest=change.fix.digest(),
        red=red,
        green=green,
        suite=suite,
        diagnostics=checkers,
        controls=controls,
        beside=change.beside,
        witness=witness,
        witness_test=change.witness.test if change.witness else Patch(),
        release=about.release,
    )


def _trial(name: str, verdict: Verdict) -> Trial:
    match verdict:
        case NotRed(reason=reason, feedback=feedback) | NotGreen(reason=reason, feedback=feedback):
            return Trial(name, reason, feedback, holds=False, verdict=verdict)
        case Results(complaint=complaint):
            return Trial(name, verdict.summary(), holds=not complaint, verdict=verdict)
        case _:
            return Trial(name, _said(verdict), verdict=verdict)


def _said(verdict: Red | Green | WitnessSeen | Unharmed | Diagnosed | Controls) -> str:
    match verdict:
        case Red(runs=runs, assertion=assertion):
            first, *_ = assertion.splitlines() or [""]
            return f"{runs} of {runs} runs fail: {first}"
        case Green(runs=runs):
            return f"{runs} of {runs} runs pass"
        case WitnessSeen(passed=None):
            return "there is none"
        case WitnessSeen(passed=passed):
            return "it passes" if passed else "it fails"
        case Unharmed(before=before, after=after, compared=compared):
            return f"before {before}, with the fix {after}; {compared} compared, none is worse"
        case Diagnosed(checkers=checkers, counted=counted):
            ran = ", ".join(f"{one.tool}: {one.state}" for one in checkers) or "no checker is configured"
            return f"{ran}; {len(counted)} new" if checkers else ran
        case Controls(hunks=hunks, unproven=unproven, mutants=mutants, killed=killed, doomed=doomed):
            places = f"{len(hunks) - len(unproven)} of {len(hunks)} places are needed"
            said = f"without the fix it fails again; {places}; {killed} of {len(mutants)} mutants noticed"
            return f"{said}; made to fail, it fails" if doomed and doomed.how == AT_ITS_END else said
