"""Take up: a pull request of ours as it is now, with what people pushed to it and what they ask for."""

from __future__ import annotations

from policies.patch import FileChange, Patch
from workflows.agents.roles import Plan
from workflows.case import Case, Ground, Proposed, Repairing, Repro, Reproducing
from workflows.difference import patch_between
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.engine.values import Answered
from workflows.errors import Gone, UserProblem
from workflows.ports.all import Ports
from workflows.ports.blobs import Digest
from workflows.ports.forge import FailedChecks, Head, LineRemarks, PullRequest
from workflows.progress import Progress, Stage
from workflows.proof.mode import WitnessMode
from workflows.proof.statement import Proof, witness_of
from workflows.proof.witness import Witness
from workflows.steps.asked import asked, hidden_in_review
from workflows.steps.common import report
from workflows.steps.conflicts import must_fit
from workflows.steps.newest_base import on_base
from workflows.steps.places import archive_of, base_tree
from workflows.steps.reproduce import check_red, reproduced
from workflows.tree import Tree, unpack
from workflows.verdicts import Review, Verdict

UNASKED = 2


@step(timeout=3600)
async def take_up(ctx: Context[Ports], reviewed: Answered[Proposed, Review]) -> Repairing:
    proposed, review = reviewed.before, reviewed.answer
    case, forge, tenant = proposed.case, ctx.ports.forge, proposed.case.trigger.tenant
    number = proposed.pull_request.number
    pull = await ctx.record("pull request", PullRequest, lambda: forge.pull_request(tenant, number))
    tip = (await ctx.record("tip", Head, lambda: _tip(ctx, case))).sha
    _must_go_on(pull, tip, case)
    await must_fit(ctx, case, pull, frozenset(await _touched(ctx, proposed)))
    wanted, hidden = await _wanted(ctx, proposed, review, tip)
    case = await _rebased(ctx, case, pull, tip)

    async def fetch() -> Digest:
        return Digest(digest=await ctx.ports.blobs.put(await forge.tarball(tenant, tip)))

    archive = (await ctx.record("archive", Digest, fetch)).digest
    there = unpack(await archive_of(ctx, tenant, tip, archive))
    patch_between(await base_tree(ctx, case), there)  # what cannot be proved is said before the work
    plan = proposed.plan or Plan(cause=proposed.summary, test="", fix="")
    return Repairing(
        case=case,
        plan=plan,
        repro=await _repro(ctx, proposed, case, plan, there),
        ground=Ground(
            sha=tip, archive=archive, proposed=proposed, review=review, asked=wanted, hidden=hidden
        ),
    )


async def proof_of(ctx: Context[Ports], proposed: Proposed) -> Proof:
    try:
        return Proof.model_validate_json(await ctx.ports.blobs.get(proposed.proof))
    except Gone as gone:
        number = proposed.pull_request.number
        raise UserProblem(
            f"the proof of #{number} is not kept any more, so it cannot be gone on with"
        ) from gone


async def _touched(ctx: Context[Ports], proposed: Proposed) -> tuple[str, ...]:
    proof = await proof_of(ctx, proposed)
    return (*proof.fix.paths(), *proof.test.paths())


async def _tip(ctx: Context[Ports], case: Case) -> Head:
    return Head(branch=case.branch, sha=await ctx.ports.forge.tip(case.trigger.tenant, case.branch))


def _must_go_on(pull: PullRequest, tip: str, case: Case) -> None:
    if not pull.is_open:
        raise UserProblem(f"#{pull.number} was {'merged' if pull.is_merged else 'closed'} meanwhile")
    if not pull.from_here or pull.branch != case.branch:
        raise UserProblem(f"#{pull.number} is not from {case.branch} any more")
    if not tip:
        raise UserProblem(f"the branch {case.branch} is gone")


async def _rebased(ctx: Context[Ports], case: Case, pull: PullRequest, tip: str) -> Case:
    """On what the branch stands on now. Somebody may have brought it up to date, and what came with that is
    theirs who wrote it, and no part of what is proved here."""
    forge, branch = ctx.ports.forge, pull.base_branch

    async def find() -> Head:
        return Head(branch=branch, sha=await forge.fork_point(case.trigger.tenant, branch, tip))

    base = await ctx.record("base", Head, find)
    if (base.branch, base.sha) == (case.base_branch, case.base_sha):
        return case
    return await on_base(ctx, case, base)


async def _wanted(
    ctx: Context[Ports], proposed: Proposed, review: Review, tip: str
) -> tuple[str, tuple[str, ...]]:
    """And what nobody could see in it."""
    trigger, number, forge = proposed.case.trigger, proposed.pull_request.number, ctx.ports.forge

    async def read_remarks() -> LineRemarks:
        if review.review is None:
            return LineRemarks()
        return LineRemarks(remarks=tuple(await forge.remarks(trigger.tenant, number, review.review)))

    async def read_checks() -> FailedChecks:
        if review.verdict is not Verdict.CHECKS_FAILED:
            return FailedChecks()
        failed = await forge.failed_checks(trigger.tenant, review.sha or tip)
        known = {each.name for each in await forge.failed_checks(trigger.tenant, proposed.case.base_sha)}
        return FailedChecks(checks=tuple(each for each in failed if each.name not in known))

    if review.verdict is Verdict.CHECKS_FAILED and proposed.unasked >= UNASKED:
        raise UserProblem(
            f"checks of #{number} fail, and {UNASKED} changes in a row were made for them without a word of "
            "a person: look at them, and say what shall be different"
        )
    remarks = (await ctx.record("remarks", LineRemarks, read_remarks)).remarks
    checks = (await ctx.record("failed checks", FailedChecks, read_checks)).checks
    hidden = hidden_in_review(review, remarks)
    await report(ctx, trigger, Progress(run=ctx.run, stage=Stage.PREPARE, hidden=hidden), on=number)
    wanted = asked(review, remarks, checks)
    if not wanted and review.verdict is Verdict.CHECKS_FAILED:
        base = f"{proposed.case.base_branch} at {proposed.case.base_sha[:12]}"
        raise UserProblem(f"no check of #{number} fails any more that does not fail on {base} as well")
    if not wanted:
        raise UserProblem(
            f"nothing was said that could be read about what shall be different in #{number}: remarks that "
            "were edited after they were sent are not read, so say it once more"
        )
    return wanted, hidden


async def _repro(ctx: Context[Ports], proposed: Proposed, case: Case, plan: Plan, there: Tree) -> Repro:
    """As it was proved, or as somebody changed it: then theirs counts, and has to fail on the base."""
    proof = await proof_of(ctx, proposed)
    kept = [(path, there.text(path)) for path in proof.test.paths()]
    test = Patch(
        changes=tuple(FileChange(path=path, content=text) for path, text in kept if text is not None)
    )
    if test == proof.test and case.base_sha == proof.base_sha:
        return Repro(
            test=test,
            shows=plan.test,
            red=proof.red,
            command=proof.commands.repro,
            witness=told_only(proof),
        )
    theirs = Reproducing(case=case, plan=plan, test=test, shows=plan.test, witness=told_only(proof))
    judged = await ctx.record("red", Reproducing, lambda: check_red.run(ctx, theirs))
    if judged.red is None:
        changed = "the test" if test != proof.test else case.base_branch
        raise UserProblem(
            f"{changed} was changed, and the test in #{proposed.pull_request.number} shows nothing on "
            f"{case.base_branch} any more: {judged.feedback}"
        )
    return reproduced(judged)


def told_only(proof: Proof) -> Witness | None:
    """It was written from the issue. Whoever reviews may want something else, and reads what it says."""
    witness = witness_of(proof)
    return witness and witness.model_copy(update={"mode": WitnessMode.ADVISORY})
