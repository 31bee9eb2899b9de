"""What checkers say of a base, kept as its suite's results are: by all that it depends on."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence

from workflows.engine.context import Context
from workflows.errors import Gone
from workflows.ports.all import Ports
from workflows.proof.diagnostics.checker import Checker
from workflows.proof.diagnostics.diagnose import LookBefore, on_base
from workflows.proof.diagnostics.model import Looked, State
from workflows.proof.harness import Harness
from workflows.steps.baseline import baseline_key

_FORMAT = "diagnostics 1"
"""Another one has all bases looked at anew."""


def looked(ctx: Context[Ports]) -> LookBefore:
    async def before(base: Harness, checkers: Sequence[Checker]) -> Looked:
        if not checkers:
            return Looked()
        ports, key = ctx.ports, await asyncio.to_thread(_key, base, checkers)
        known = await ports.baselines.find(key)
        if known is not None:
            try:
                return Looked.model_validate_json(await ports.blobs.get(known))
            except Gone:
                pass  # pruned meanwhile
        seen = await on_base(base, checkers)
        # What was too slow, or stumbled, is worth another try.
        if all(told.state in {State.RAN, State.ABSENT} for told in seen.told):
            await ports.baselines.keep(key, await ports.blobs.put(seen.model_dump_json().encode()))
        return seen

    return before


def _key(base: Harness, checkers: Sequence[Checker]) -> str:
    asked = [(one.name, one.folder, one.argv, one.programs, one.files) for one in checkers]
    parts = [_FORMAT, baseline_key(base), asked]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
