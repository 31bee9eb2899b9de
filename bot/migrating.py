"""Runs that were begun under a definition of their workflow that this release cannot finish."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter

from pydantic import BaseModel, ConfigDict

from bot.store.port import Run, Store
from workflows.engine.status import RunStatus
from workflows.errors import Gone
from workflows.registry import WORKFLOWS


class Stranded(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    workflow: str
    status: RunStatus
    release: str
    """The release that began it."""
    definition: str


async def waiting(store: Store) -> Sequence[Stranded]:
    """All of them, oldest first. Looked at one by one: there may be very many that have not ended."""
    found: list[tuple[datetime, Stranded]] = []
    for name in await store.live_runs():
        with contextlib.suppress(Gone):  # pruned meanwhile
            run = await store.run(name)
            if not run.status.ended and not WORKFLOWS.can_finish(run.workflow, run.definition):
                found.append((run.created_at, _stranded(run)))
    return [each for _, each in sorted(found, key=itemgetter(0))]


def _stranded(run: Run) -> Stranded:
    return Stranded(
        run=run.id,
        workflow=run.workflow,
        status=run.status,
        release=run.trigger.release,
        definition=run.definition,
    )
