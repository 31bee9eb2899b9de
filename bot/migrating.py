"""Runs that were begun under a definition of their workflow that this release cannot finish."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from bot.store.port import Store
from workflows.engine.status import RunStatus
from workflows.registry import WORKFLOWS

# More than anybody would go through by hand.
MOST = 10_000


class Stranded(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    workflow: str
    status: RunStatus
    release: str
    """The release that began it."""
    definition: str


async def waiting(store: Store) -> Sequence[Stranded]:
    runs = await store.runs(MOST, ended=False)
    return [
        Stranded(
            run=run.id,
            workflow=run.workflow,
            status=run.status,
            release=run.trigger.release,
            definition=run.definition,
        )
        for run in runs
        if not WORKFLOWS.can_finish(run.workflow, run.definition)
    ]
