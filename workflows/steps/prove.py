"""Prove: what the harness saw, put down as a file."""

from __future__ import annotations

from workflows.case import Proven, Repairing
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.ports import Ports
from workflows.proof.statement import Commands, Proof


@step()
async def prove(ctx: Context[Ports], now: Repairing) -> Proven:
    assert now.green is not None  # noqa: S101 - the loop ends only when it is green
    assert now.suite is not None  # noqa: S101 - and the suite unharmed
    case, repro = now.case, now.repro
    proof = Proof(
        run=ctx.run,
        repository=case.trigger.tenant.repository,
        issue=case.trigger.issue.number,
        base_sha=case.base_sha,
        runner=case.runner,
        commands=Commands(repro=repro.command, suite=case.suite_command),
        sandbox=case.sandbox,
        test=repro.test,
        fix=now.fix,
        test_digest=repro.test.digest(),
        fix_digest=now.fix.digest(),
        red=repro.red,
        green=now.green,
        suite=now.suite,
        release=case.trigger.release,
    )
    digest = await ctx.ports.blobs.put(proof.model_dump_json(indent=2).encode())
    return Proven(case=case, repro=repro, fix=now.fix, summary=now.summary, proof=digest)
