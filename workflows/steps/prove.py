"""Prove: what the harness saw, put down as a file."""

from __future__ import annotations

from policies.patch import Patch
from workflows.case import Proven, Repairing
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.ports.all import Ports
from workflows.proof.statement import Commands, Proof
from workflows.steps.newest_base import on_newest_base
from workflows.steps.places import harness
from workflows.steps.repair import whole_fix


@step(timeout=3600)
async def prove(ctx: Context[Ports], now: Repairing) -> Proven:
    if now.ground is None:
        now = await on_newest_base(ctx, now)
    assert now.green is not None  # noqa: S101 - the loop ends only when it is green
    assert now.suite is not None  # noqa: S101 - and the suite unharmed
    case, repro, fix = now.case, now.repro, await whole_fix(ctx, now)
    proof = Proof(
        run=ctx.run,
        repository=case.trigger.tenant.repository,
        issue=case.trigger.issue.number,
        base_sha=case.base_sha,
        project=case.project,
        environment=(await harness(ctx, case)).spec.environment,
        runner=case.runner,
        commands=Commands(repro=repro.command, suite=case.suite_command),
        sandbox=case.sandbox,
        test=repro.test,
        fix=fix,
        test_digest=repro.test.digest(),
        fix_digest=fix.digest(),
        red=repro.red,
        green=now.green,
        suite=now.suite,
        diagnostics=now.diagnostics,
        controls=now.controls,
        witness=now.witness,
        witness_test=repro.witness.test if repro.witness else Patch(),
        release=case.trigger.release,
        spent=await ctx.ports.ledger.spent(ctx.run),
    )
    digest = await ctx.ports.blobs.put(proof.model_dump_json(indent=2).encode())
    return Proven(
        case=case,
        repro=repro,
        fix=now.fix,
        summary=now.summary,
        proof=digest,
        plan=now.plan,
        ground=now.ground,
    )
