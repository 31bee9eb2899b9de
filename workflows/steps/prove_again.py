"""Prove again: what a pull request of ours would do to the newest base, from red to its controls."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import aclosing
from dataclasses import replace

from policies.effects import Conclusion
from policies.patch import Patch, is_workflow_file
from workflows.case import Case, Judged, Standing
from workflows.difference import changed, patch_between
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.errors import UserProblem
from workflows.ports.all import Ports
from workflows.ports.blobs import Digest
from workflows.ports.forge import Head
from workflows.proof.integrity import fixer_objection
from workflows.proof.proving import About, Base, Change, parted, prove
from workflows.proof.statement import Proof
from workflows.proof.suite import Suite
from workflows.steps.baseline import baseline
from workflows.steps.newest_base import on_base
from workflows.steps.places import archive_of, base_tree, harness, suite_of
from workflows.steps.take_up import proof_of, told_only
from workflows.tree import Tree, unpack

NAMED = 5


@step(timeout=7200)
async def prove_again(ctx: Context[Ports], standing: Standing) -> Judged:
    try:
        return await _judged(ctx, standing)
    except UserProblem as problem:
        # A file that no patch can say, a base whose tests do not run: nothing is known, for or against it.
        return _unknown(standing, problem.sentence)


async def _judged(ctx: Context[Ports], standing: Standing) -> Judged:
    then = await proof_of(ctx, standing.proposed)
    case = await _on_newest_base(ctx, standing)
    base = await base_tree(ctx, case)
    whole, both = await _whole(ctx, standing, base)
    suite = suite_of(case)
    change = replace(parted(whole, suite, then.test.paths()), witness=told_only(then))
    why_not = unprovable(change, both, base, suite)
    if why_not:
        return _unknown(standing, why_not)
    ground = Base(await harness(ctx, case, base), await baseline(ctx, case), case.sandbox)
    return await _verdict(ctx, standing, ground, change, sorted(both & set(change.fix.paths())))


async def _on_newest_base(ctx: Context[Ports], standing: Standing) -> Case:
    case = standing.proposed.case.model_copy(update={"trigger": standing.trigger})
    if (case.base_branch, case.base_sha) == (standing.base_branch, standing.base_sha):
        return case
    return await on_base(ctx, case, Head(branch=standing.base_branch, sha=standing.base_sha))


async def _whole(ctx: Context[Ports], standing: Standing, base: Tree) -> tuple[Patch, frozenset[str]]:
    """What would be merged, as far as it is not on the base already, and what changed on both sides of it."""
    tenant, forge = standing.trigger.tenant, ctx.ports.forge

    async def find() -> Head:
        at = await forge.fork_point(tenant, standing.base_branch, standing.head_sha)
        return Head(branch=standing.base_branch, sha=at)

    fork = (await ctx.record("fork", Head, find)).sha
    head = await _tree(ctx, standing, standing.head_sha, "head archive")
    forked = base if fork == standing.base_sha else await _tree(ctx, standing, fork, "fork archive")
    moved = changed(forked, base)
    patch = patch_between(forked, head)
    left = tuple(each for each in patch.changes if each.path not in moved or differs(each.path, head, base))
    return Patch(changes=left), moved & {each.path for each in left}


def differs(path: str, one: Tree, other: Tree) -> bool:
    mine, theirs = one.files.get(path), other.files.get(path)
    return (mine and mine.content) != (theirs and theirs.content)


async def _tree(ctx: Context[Ports], standing: Standing, sha: str, name: str) -> Tree:
    tenant, ports = standing.trigger.tenant, ctx.ports

    async def fetch() -> Digest:
        return Digest(digest=await ports.blobs.put(await ports.forge.tarball(tenant, sha)))

    return unpack(await archive_of(ctx, tenant, sha, (await ctx.record(name, Digest, fetch)).digest))


def unprovable(change: Change, both: Collection[str], base: Tree, suite: Suite) -> str:
    """What people may well do, and no proof of ours can hold. Empty where there is nothing of that."""
    tests = sorted({*both} & {*change.test.paths(), *change.beside.paths()})
    if tests:
        return f"{_named(tests)} changed on both sides: bring the branch up to date, and it is proved then"
    for path in (*change.test.paths(), *change.beside.paths()):
        if is_workflow_file(path) or suite.is_configuration(path, base):
            return f"{path} steers how tests run, and is changed here"
    for path in change.fix.paths():
        if (objection := fixer_objection(path, base, suite)) is not None:
            return f"{objection.partition(';')[0]}, and is changed here"
    return ""


async def _verdict(
    ctx: Context[Ports], standing: Standing, ground: Base, change: Change, both: list[str]
) -> Judged:
    case = standing.proposed.case
    issue = f"{case.trigger.issue.title}\n{case.trigger.issue.body}"
    repository, release = standing.trigger.tenant.repository, standing.trigger.release
    project = case.project
    about = About(
        repository, standing.base_sha, standing.head_sha, project, release, issue, project.diagnostics
    )
    beside = change.beside.paths()
    async with aclosing(prove(ground, change, about)) as trials:
        async for said in trials:
            if isinstance(said, Proof):
                return Judged(
                    standing=standing,
                    conclusion=Conclusion.SUCCESS,
                    proof=await _kept(ctx, standing, said),
                    beside=beside,
                )
            if not said.holds:
                return Judged(
                    standing=standing,
                    conclusion=Conclusion.FAILURE,
                    stage=said.name,
                    said=said.said,
                    feedback=said.feedback,
                    beside=beside,
                )
            # Not before red: where somebody else was quicker, that is what there is to say.
            if said.name == "red" and both:
                how = "bring the branch up to date, and it is proved then"
                return _unknown(standing, f"{_named(both)} changed on both sides: {how}")
    raise AssertionError("it ends with a proof, or with what refuses it")


async def _kept(ctx: Context[Ports], standing: Standing, proof: Proof) -> str:
    whole = proof.model_copy(update={"run": ctx.run, "issue": standing.proposed.case.trigger.issue.number})
    return await ctx.ports.blobs.put(whole.model_dump_json(indent=2).encode())


def _unknown(standing: Standing, why: str) -> Judged:
    return Judged(standing=standing, conclusion=Conclusion.NEUTRAL, said=why)


def _named(paths: list[str]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return f"{', '.join(paths[:NAMED])}{more}"
