"""Diagnose: the checkers of a project on the base and with the fix, and what is new between the two."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

from policies.patch import Patch
from workflows.proof.diagnostics import judging, syntax
from workflows.proof.diagnostics.checker import Checker
from workflows.proof.diagnostics.configured import checkers_of
from workflows.proof.diagnostics.looking import look
from workflows.proof.diagnostics.model import Diagnosed, Fresh, Looked, State
from workflows.proof.diagnostics.steering import steered
from workflows.proof.diagnostics.suppressions import new_silencers
from workflows.proof.harness import Harness
from workflows.proof.mode import DiagnosticsMode
from workflows.tree import Tree

LookBefore = Callable[[Harness, Sequence[Checker]], Awaitable[Looked]]


async def on_base(base: Harness, checkers: Sequence[Checker]) -> Looked:
    return await look(base, base.tree, checkers, versions=True)


async def diagnose(
    base: Harness,
    fix: Patch,
    test: Patch,
    mode: DiagnosticsMode,
    *,
    ground: Tree | None = None,
    before: LookBefore = on_base,
) -> Diagnosed:
    """`ground` is what this fix was made on top of, where that is more than the base and the test."""
    tree, tests = base.tree, test.paths()
    under = tree.with_patch(test) if ground is None else ground.with_patch(test)
    broken = await asyncio.to_thread(syntax.newly_broken, tree, fix)
    checkers = (
        *await asyncio.to_thread(checkers_of, tree, fix.paths(), tests),
        *syntax.asked_of(broken),
    )
    fixed = tree.with_patch(fix).with_patch(test)
    then, now = await asyncio.gather(before(base, checkers), look(base, fixed, checkers))
    # A checker may stumble by itself: then it does not do so twice.
    stumbled = judging.broke(then, now)
    now = now.updated(await look(base, fixed, [one for one in checkers if one.name in stumbled]))
    new = judging.all_new(checkers, then, now)
    # Whose it is, is looked for only where that would decide something.
    accused = {one.tool for one in new if one.is_error and one.file not in tests}
    asked = [one for one in checkers if one.name in accused]
    elsewhere = judging.all_new(asked, then, await look(base, under, asked))
    found = [
        *judging.excuses(new, elsewhere, tests, tree.files),
        *judging.excuses(syntax.unasked(broken), (), tests, tree.files),
        *await asyncio.to_thread(_steps_aside, tree, fix, under, then),
    ]
    return judging.diagnosed(mode, judging.checked(checkers, then, now), found)


def _steps_aside(base: Tree, fix: Patch, under: Tree, then: Looked) -> list[Fresh]:
    """What of the fix keeps a checker from speaking; what people did so is theirs, and told."""
    ran: Collection[str] = {told.tool for told in then.told if told.state is State.RAN}
    ours = {(one.file, one.text) for one in new_silencers(under, fix)}
    found = [(one, (one.file, one.text) in ours) for one in new_silencers(base, fix)]
    changed = {one.same for one in steered(under, fix)}
    return [
        *(judging.silenced(one, ran, is_ours=is_ours) for one, is_ours in found),
        *(judging.steering(one, ran, is_ours=one.same in changed) for one in steered(base, fix)),
    ]
