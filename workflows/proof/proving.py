"""Proving: a change that is there already, whoever wrote it, all the way from red; no model has a say."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass, field

from policies.patch import Patch
from workflows.ports import SandboxFacts
from workflows.project.model import Project
from workflows.proof.controls import Controls
from workflows.proof.diagnostics.model import Diagnosed
from workflows.proof.green import Green, NotGreen, Unharmed
from workflows.proof.harness import Harness
from workflows.proof.mode import DiagnosticsMode
from workflows.proof.red import NotRed, Red
from workflows.proof.results import Results
from workflows.proof.statement import Commands, Proof
from workflows.proof.suite import Suite
from workflows.proof.trials import try_controls, try_diagnostics, try_green, try_red, try_suite, try_witness
from workflows.proof.witness import Witness


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


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    said: str
    feedback: str = ""
    """What to do about it, where it was refused, in words for whoever wrote it."""
    holds: bool = True


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


async def prove(base: Base, change: Change, about: About) -> AsyncGenerator[Stage | Proof]:
    """Ends with the proof, or with the first stage that refuses."""
    plain, before = base.harness, base.results
    harness = plain.on(plain.tree.with_patch(change.beside))
    yield Stage("base", before.summary(), holds=not before.complaint)
    if before.complaint:
        return
    red, ran = await try_red(harness, change.test, before.ids(), about.issue)
    yield _stage("red", red)
    if isinstance(red, NotRed):
        return
    green = await try_green(harness, change.fix, change.test, red)
    yield _stage("green", green)
    if isinstance(green, NotGreen):
        return
    both = change.fix.merged(change.test)
    # Without what stands beside: a test that somebody added and that fails is new, and was not so before.
    suite = await try_suite(harness, plain, both, before, red.tests)
    yield _stage("suite", suite)
    if isinstance(suite, NotGreen):
        return
    seen = await try_witness(harness, both, change.witness) if change.witness else None
    if isinstance(seen, NotGreen):
        yield _stage("witness", seen)
        return
    looked: Diagnosed | NotGreen | None = None
    if about.diagnostics is not DiagnosticsMode.OFF:
        looked = await try_diagnostics(harness, change.fix, change.test, about.diagnostics)
        yield _stage("diagnostics", looked)
    if isinstance(looked, NotGreen):
        return
    controls = await try_controls(harness, change.fix, change.test, red)
    yield _stage("controls", controls)
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
        diagnostics=looked,
        controls=controls,
        witness=seen,
        witness_test=change.witness.test if change.witness else Patch(),
        release=about.release,
    )


def _stage(name: str, verdict: Red | NotRed | Green | Unharmed | Diagnosed | Controls | NotGreen) -> Stage:
    match verdict:
        case NotRed(reason=reason, feedback=feedback) | NotGreen(reason=reason, feedback=feedback):
            return Stage(name, reason, feedback, holds=False)
        case Red(runs=runs, assertion=assertion):
            return Stage(name, f"{runs} of {runs} runs fail: {assertion}")
        case Green(runs=runs):
            return Stage(name, f"{runs} of {runs} runs pass")
        case Unharmed(before=before, after=after, compared=compared):
            return Stage(name, f"before {before}, with the fix {after}; {compared} compared, none is worse")
        case Diagnosed(checkers=checkers, counted=counted):
            ran = ", ".join(f"{one.tool}: {one.state}" for one in checkers) or "no checker is configured"
            return Stage(name, f"{ran}; {len(counted)} new" if checkers else ran)
        case Controls(hunks=hunks, unproven=unproven, mutants=mutants, killed=killed):
            places = f"{len(hunks) - len(unproven)} of {len(hunks)} places are needed"
            return Stage(
                name, f"without the fix it fails again; {places}; {killed} of {len(mutants)} mutants noticed"
            )
