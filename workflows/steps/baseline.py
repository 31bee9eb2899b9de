"""Baseline: the whole suite as it is before any change, run once for each tree, place and command."""

from __future__ import annotations

import hashlib
import json

from policies.patch import Patch
from workflows.case import Case
from workflows.engine.context import Context
from workflows.errors import Gone
from workflows.ports.all import Ports
from workflows.ports.frozen import Frozen
from workflows.ports.sandbox import SandboxFacts
from workflows.proof.harness import Harness
from workflows.proof.results import Results
from workflows.proof.runners.port import Ask
from workflows.proof.runners.sealed import Key
from workflows.steps.places import harness

_FORMAT = "1"
"""Another one measures all bases anew."""


class Measured(Frozen):
    results: Results
    facts: SandboxFacts


async def measured(ctx: Context[Ports], on: Harness) -> tuple[Measured, str]:
    """And the blob that it is in; empty where the tests do not run, which is worth another try."""
    key = baseline_key(on)
    # A push to the base has many proved again that all stand on it.
    async with ctx.ports.baselines.measuring(key):
        return await _measured(ctx.ports, on, key)


async def _measured(ports: Ports, on: Harness, key: str) -> tuple[Measured, str]:
    known = await ports.baselines.find(key)
    if known is not None:
        try:
            return Measured.model_validate_json(await ports.blobs.get(known)), known
        except Gone:
            pass  # pruned meanwhile
    (ran,) = await on.run(Patch())
    seen = Measured(results=ran.results, facts=ran.facts)
    if seen.results.complaint:
        return seen, ""
    digest = await ports.blobs.put(seen.model_dump_json().encode())
    await ports.baselines.keep(key, digest)
    return seen, digest


async def baseline(ctx: Context[Ports], case: Case) -> Results:
    """From the blobs, or run again where this machine does not have it."""
    try:
        kept = await ctx.ports.blobs.get(case.baseline)
    except Gone:
        seen, _ = await measured(ctx, await harness(ctx, case))
        return seen.results
    return _results(kept)


def baseline_key(on: Harness) -> str:
    """One byte more in the tree, another image, environment, folder or command is another base."""
    spec, suite = on.spec, on.suite
    command = suite.runner.command(on.tree.below(suite.folder), Ask(kit="", report="", key=Key(b"")))
    parts = [
        _FORMAT,
        hashlib.sha256(on.tree.pack()).hexdigest(),
        *(spec.image, spec.environment, spec.limits.model_dump(mode="json")),
        *(suite.runner.name, suite.folder, list(on.programs), list(command.argv), dict(command.env)),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _results(kept: bytes) -> Results:
    told = json.loads(kept)
    # A journal of release 0.2.0 names a blob with the results alone.
    return Measured.model_validate(told).results if "facts" in told else Results.model_validate(told)
