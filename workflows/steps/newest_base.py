"""The newest base: what was seen on an older one is seen again before it is proposed, or people are asked."""

from __future__ import annotations

from workflows.case import Case, Repairing, Reproducing
from workflows.difference import changed
from workflows.engine.context import Context
from workflows.errors import UserProblem
from workflows.ports.all import Ports
from workflows.ports.blobs import Digest
from workflows.ports.forge import Head
from workflows.steps.baseline import measured
from workflows.steps.places import archive_of, base_tree, harness
from workflows.steps.repair import NOTHING_SEEN, check_controls, check_diagnostics, check_green, check_suite
from workflows.steps.reproduce import check_red, reproduced
from workflows.tree import Tree, unpack

NAMED = 5
BASE_ARCHIVE = "base archive"


async def on_newest_base(ctx: Context[Ports], now: Repairing) -> Repairing:
    """Red, green and the suite once more where the base has moved. Each is recorded: a crash repeats none."""
    case, forge = now.case, ctx.ports.forge
    head = await ctx.record("head", Head, lambda: forge.head(case.trigger.tenant))
    if head.sha == case.base_sha or head.branch != case.base_branch:
        return now
    moved, tree = await _fetched(ctx, case, head)
    _must_be_apart(now, await base_tree(ctx, case), tree)
    moved = await ctx.record("baseline", Case, lambda: _measured(ctx, moved, tree))
    kept = now.repro
    test = Reproducing(case=moved, plan=now.plan, test=kept.test, shows=kept.shows, witness=kept.witness)
    test = await ctx.record("red", Reproducing, lambda: check_red.run(ctx, test))
    if test.red is None:
        raise _changed(case, f"so that the test shows nothing any more: {test.feedback}")
    fix = now.model_copy(update={"case": moved, "repro": reproduced(test), **NOTHING_SEEN})
    green = await ctx.record("green", Repairing, lambda: check_green.run(ctx, fix))
    suite = await ctx.record("suite", Repairing, lambda: check_suite.run(ctx, green))
    told = await ctx.record("diagnostics", Repairing, lambda: check_diagnostics.run(ctx, suite))
    seen = await ctx.record("controls", Repairing, lambda: check_controls.run(ctx, told))
    if seen.feedback or seen.suite is None:
        raise _changed(case, f"so that the fix is none any more: {seen.feedback}")
    return seen


async def on_base(ctx: Context[Ports], case: Case, base: Head) -> Case:
    """The case on another base, whose suite is run as it is there."""
    moved, tree = await _fetched(ctx, case, base)
    return await ctx.record("baseline", Case, lambda: _measured(ctx, moved, tree))


async def _fetched(ctx: Context[Ports], case: Case, base: Head) -> tuple[Case, Tree]:
    ports, tenant = ctx.ports, case.trigger.tenant

    async def fetch() -> Digest:
        return Digest(digest=await ports.blobs.put(await ports.forge.tarball(tenant, base.sha)))

    archive = (await ctx.record(BASE_ARCHIVE, Digest, fetch)).digest
    tree = unpack(await archive_of(ctx, tenant, base.sha, archive))
    at = {"base_branch": base.branch, "base_sha": base.sha, "archive": archive}
    return case.model_copy(update=at), tree


def _must_be_apart(now: Repairing, old: Tree, new: Tree) -> None:
    ours = {*now.fix.paths(), *now.repro.test.paths()}
    both = sorted(changed(old, new) & ours)
    if both:
        more = f" and {len(both) - NAMED} more" if len(both) > NAMED else ""
        raise _changed(now.case, f"in {', '.join(both[:NAMED])}{more}, which the fix changes too")


async def _measured(ctx: Context[Ports], case: Case, tree: Tree) -> Case:
    seen, baseline = await measured(ctx, await harness(ctx, case, tree))
    if not baseline:
        raise _changed(case, f"and its tests do not run any more: {seen.results.complaint}")
    return case.model_copy(
        update={
            "baseline": baseline,
            "baseline_summary": seen.results.summary(),
            "suite_command": seen.results.command,
            "sandbox": seen.facts,
        }
    )


def _changed(case: Case, how: str) -> UserProblem:
    return UserProblem(f"{case.base_branch} has changed while this was worked on, {how}")
