"""Trials: what is run for a proof, and in which order. Whoever proves and whoever verifies run the same."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence

from policies.patch import Patch
from workflows.proof.controls import (
    Controls,
    DoomedSeen,
    HunkSeen,
    MutantSeen,
    all_fail,
    fails,
    notices,
)
from workflows.proof.diagnostics.diagnose import LookBefore, diagnose, on_base
from workflows.proof.diagnostics.judging import refusal
from workflows.proof.diagnostics.model import Diagnosed
from workflows.proof.doomed import doomed, lies
from workflows.proof.green import Green, NotGreen, Unharmed, judge_repro, judge_suite, worse
from workflows.proof.harness import Harness, Ran
from workflows.proof.hunks import hunks, without
from workflows.proof.integrity import author_refusal, fixer_refusal
from workflows.proof.mode import DiagnosticsMode
from workflows.proof.mutants import mutants
from workflows.proof.placebo import beside, formatted_fix, reformatted, without_code
from workflows.proof.red import NotRed, Red, judge, still_fails
from workflows.proof.refusals import fix_refusal, test_refusal
from workflows.proof.results import Results
from workflows.proof.witness import Witness, WitnessSeen, judge_witness
from workflows.tree import Tree

RUNS = 3
"""How often a test must fail, and then pass, before it is believed."""
AGAIN = 2
"""How often the suite runs once more, with the fix and without, where something was worse."""
SIDE_BY_SIDE = 2
MOST_MUTANTS = 8
CONTROL_SECONDS = 300.0
"""How long hunks and mutants may take together. What is left out is said."""

LARGE = 4 * 1024**2
"""A second or so of formatting for each MiB."""

MEANS_NOTHING = "comments and blank lines moved and files put beside"


async def try_red(
    harness: Harness, test: Patch, known: frozenset[str], issue: str
) -> tuple[Red | NotRed, list[Ran]]:
    """On the base: N of N, for a reason of substance; and still so where only the text of it is another."""
    tree, suite = harness.tree, harness.suite
    if not test.changes:
        return NotRed(reason="there is no test", feedback="You wrote no test file."), []
    refusal = author_refusal(test, tree, suite)
    if refusal is not None:
        return NotRed(reason="the test may not be written there", feedback=refusal), []
    leans = await asyncio.to_thread(test_refusal, test, tree, suite)
    if leans is not None:
        return leans, []
    files = test.paths()
    known |= await _known_by_name(harness, files, known)
    ran = await harness.run(test, files, times=RUNS, trace=True)
    verdict = judge([one.results for one in ran], files, known, suite.is_of_tests, issue)
    if isinstance(verdict, NotRed):
        return verdict, ran
    touched = _touched(ran[0].results, tree)
    placebo = await asyncio.to_thread(lambda: beside(reformatted(tree, suite.is_of_tests, touched)))
    (again,) = await harness.on(placebo).run(test, files)
    refused = still_fails(again.results, verdict.tests, MEANS_NOTHING)
    if refused is not None:
        return refused, ran
    return verdict.model_copy(update={"placebos": (MEANS_NOTHING,)}), ran


async def _known_by_name(harness: Harness, files: Sequence[str], known: frozenset[str]) -> frozenset[str]:
    """What the suite finds by way of another file (`tests/__main__.py`) is called otherwise there."""
    missed = [
        file
        for file in files
        if file.endswith(".py")
        and harness.tree.has(file)
        and not any(test.startswith(f"{file}::") for test in known)
    ]
    if not missed:
        return frozenset()
    (ran,) = await harness.run(Patch(), missed)
    return ran.results.ids()


def _touched(results: Results, tree: Tree) -> Sequence[str] | None:
    """Of a large repository only what the tests touched is formatted anew: None is all of it."""
    if not results.traced or sum(len(file.content) for file in tree.files.values()) < LARGE:
        return None
    return sorted({path for test in results.tests for path in test.touched})


async def try_green(harness: Harness, fix: Patch, test: Patch, red: Red) -> Green | NotGreen:
    """With the fix, and with the fix merely formatted otherwise."""
    tree = harness.tree.with_patch(test)
    refusal = fixer_refusal(fix, tree, harness.suite)
    if refusal is not None:
        return NotGreen(reason="the fix may not do that", feedback=refusal)
    if all(harness.tree.text(change.path) == change.content for change in fix.changes):
        return NotGreen(reason="there is no fix", feedback="You changed nothing.")
    cheats = await asyncio.to_thread(fix_refusal, harness.tree, fix, test)
    if cheats is not None:
        return cheats
    # Not the seeds that red was seen with: chance shall not be kind twice.
    ran = await harness.run(fix.merged(test), red.files, times=RUNS, seed=RUNS)
    verdict = judge_repro([one.results for one in ran], red.tests, sealed=red.sealed)
    if isinstance(verdict, NotGreen):
        return verdict
    formatted = await asyncio.to_thread(formatted_fix, harness.tree, fix)
    (otherwise,) = await harness.run(formatted.merged(test), red.files)
    if fails(otherwise.results, red.tests):
        return NotGreen(
            reason="the fix depends on how it is formatted",
            feedback="With comments and blank lines of your change moved, the repro test fails again. "
            "Fix what the code does.",
        )
    return verdict


async def try_witness(harness: Harness, patch: Patch, witness: Witness) -> WitnessSeen | NotGreen:
    """What another author's test says, in a sandbox that holds it only now."""
    if witness.red is None:
        return judge_witness(witness, [])
    ran = await harness.run(patch.merged(witness.test), witness.red.files, times=RUNS)
    return judge_witness(witness, [one.results for one in ran])


async def try_suite(
    harness: Harness, base: Harness, patch: Patch, baseline: Results, tests: Sequence[str]
) -> Unharmed | NotGreen:
    """Where something is worse, once more on both sides: it tells a flaky test from a broken one."""
    (first,) = await harness.run(patch)
    befores, afters = [baseline], [first.results]
    if not first.results.complaint and worse(baseline, first.results, tests):
        for _ in range(AGAIN):
            without_it, with_it = await asyncio.gather(base.run(Patch()), harness.run(patch))
            befores.append(without_it[0].results)
            afters.append(with_it[0].results)
    return judge_suite(befores, afters, tests)


async def try_diagnostics(
    base: Harness,
    fix: Patch,
    test: Patch,
    mode: DiagnosticsMode,
    *,
    ground: Tree | None = None,
    before: LookBefore = on_base,
) -> Diagnosed | NotGreen:
    """What the project's own checkers say with the fix and did not say before. `ground` is what the fix was
    made on top of, where that is more than the base and the test: what others did there is theirs."""
    seen = await diagnose(base, fix, test, mode, ground=ground, before=before)
    return refusal(seen) or seen


async def try_controls(harness: Harness, fix: Patch, test: Patch, red: Red) -> Controls | NotGreen:
    """The fix taken back, as a whole, place by place, and a little wrong: the repro has to notice."""
    base = harness.tree
    nothing = await asyncio.to_thread(without_code, base, fix, harness.suite.is_of_tests)
    (reverted,) = await harness.run(nothing.merged(test), red.files)
    if not all_fail(reverted.results, red.tests):
        return NotGreen(
            reason="the repro test does not fail without the fix",
            feedback="With the code of your change taken back, the repro test does not fail as it did.",
        )
    doom = None if reverted.results.sealed else await _doomed(harness, fix, test, red)
    if isinstance(doom, NotGreen):
        return doom
    places = [hunk for hunk in await asyncio.to_thread(hunks, base, fix) if hunk.is_code]
    wrong = await asyncio.to_thread(lambda: mutants(base, fix, most=MOST_MUTANTS))
    # One place alone, taken back, is the whole taken back.
    alone = [without(base, fix, hunk) for hunk in places] if len(places) > 1 else []
    seen = await _seen(harness, [*alone, *(one.patch for one in wrong)], test, red)
    by_hunk = seen[: len(alone)] if alone else [reverted.results for _ in places]
    return Controls(
        reverted=reverted.results.summary(),
        hunks=tuple(
            HunkSeen(at=hunk.label, proven=fails(results, red.tests))
            for hunk, results in zip(places, by_hunk, strict=True)
            if results is not None
        ),
        mutants=tuple(
            MutantSeen(at=f"{one.path}:{one.line}", change=f"{one.before} → {one.after}", killed=killed)
            for one, results in zip(wrong, seen[len(alone) :], strict=True)
            if results is not None and (killed := notices(results, red.tests)) is not None
        ),
        doomed=doom,
        left_out=(f"{seen.count(None)} of {len(seen)} variants: no time",) if None in seen else (),
    )


async def _doomed(harness: Harness, fix: Patch, test: Patch, red: Red) -> DoomedSeen | NotGreen:
    """What is not sealed the tested code could have written: so it is asked for what it cannot know."""
    doom = await asyncio.to_thread(doomed, harness.tree, test, secrets.token_hex(8))
    (ran,) = await harness.run(fix.merged(doom.test), red.files)
    forged = lies(ran.results, red.tests, doom)
    if not forged:
        return DoomedSeen(how=doom.how, told=ran.results.summary())
    why = "was made to fail" if doom.names else "was left out"
    return NotGreen(
        reason="a test is told to pass that cannot",
        feedback=f"With your change, {', '.join(forged)} is told to pass although it {why}. "
        "Results are for the test tool to write: your change must not touch them.",
    )


async def _seen(harness: Harness, variants: Sequence[Patch], test: Patch, red: Red) -> list[Results | None]:
    """What the repro gives with each variant; None where there was no time to see."""
    over = time.monotonic() + CONTROL_SECONDS
    room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def look(variant: Patch) -> Results | None:
        async with room:
            if time.monotonic() > over:
                return None
            (ran,) = await harness.run(variant.merged(test), red.files)
            return ran.results

    return list(await asyncio.gather(*(look(variant) for variant in variants)))
