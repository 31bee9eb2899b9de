"""The newest base: what was seen on an older one is seen again before it is proposed, or people are asked."""

from __future__ import annotations

from policies.patch import Patch
from workflows.case import Case, Repairing, Reproducing
from workflows.difference import changed
from workflows.engine.context import Context
from workflows.errors import UserProblem
from workflows.ports import Digest, Head, Ports
from workflows.proof.harness import Harness
from workflows.proof.runners.detect import named
from workflows.steps.common import archive_of, base_tree, sandbox_spec
from workflows.steps.repair import check_green, check_suite
from workflows.steps.reproduce import check_red, reproduced
from workflows.tree import Tree, unpack

NAMED = 5


async def on_newest_base(ctx: Context[Ports], now: Repairing) -> Repairing:
    """Red, green and the suite once more where the base has moved. Each is recorded: a crash repeats none."""
    case, forge = now.case, ctx.ports.forge
    head = await ctx.record("head", Head, lambda: forge.head(case.trigger.tenant))
    if head.sha == case.base_sha or head.branch != case.base_branch:
        return now

    async def fetch() -> Digest:
        return Digest(digest=await ctx.ports.blobs.put(await forge.tarball(case.trigger.tenant, head.sha)))

    archive = (await ctx.record("archive", Digest, fetch)).digest
    tree = unpack(await archive_of(ctx, case.trigger.tenant, head.sha, archive))
    _must_be_apart(now, await base_tree(ctx, case), tree)
    moved = case.model_copy(update={"base_sha": head.sha, "archive": archive})
    moved = await ctx.record("baseline", Case, lambda: _measured(ctx, moved, tree))
    test = Reproducing(case=moved, plan=now.plan, test=now.repro.test, shows=now.repro.shows)
    test = await ctx.record("red", Reproducing, lambda: check_red.run(ctx, test))
    if test.red is None:
        raise _changed(case, f"so that the test shows nothing any more: {test.feedback}")
    fix = now.model_copy(update={"case": moved, "repro": reproduced(test), "green": None, "suite": None})
    green = await ctx.record("green", Repairing, lambda: check_green.run(ctx, fix))
    seen = await ctx.record("suite", Repairing, lambda: check_suite.run(ctx, green))
    if seen.green is None or seen.suite is None:
        raise _changed(case, f"so that the fix is none any more: {seen.feedback}")
    return seen


def _must_be_apart(now: Repairing, old: Tree, new: Tree) -> None:
    ours = {*now.fix.paths(), *now.repro.test.paths()}
    both = sorted(changed(old, new) & ours)
    if both:
        more = f" and {len(both) - NAMED} more" if len(both) > NAMED else ""
        raise _changed(now.case, f"in {', '.join(both[:NAMED])}{more}, which the fix changes too")


async def _measured(ctx: Context[Ports], case: Case, tree: Tree) -> Case:
    spec = sandbox_spec(ctx, case.trigger.tenant)
    (ran,) = await Harness(ctx.ports.sandboxes, spec, tree, named(case.runner)).run(Patch())
    if ran.results.complaint:
        raise _changed(case, f"and its tests do not run any more: {ran.results.complaint}")
    return case.model_copy(
        update={
            "baseline": await ctx.ports.blobs.put(ran.results.model_dump_json().encode()),
            "baseline_summary": ran.results.summary(),
            "suite_command": ran.results.command,
            "sandbox": ran.facts,
        }
    )


def _changed(case: Case, how: str) -> UserProblem:
    return UserProblem(f"{case.base_branch} has changed while this was worked on, {how}")
