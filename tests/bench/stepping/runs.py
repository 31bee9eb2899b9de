"""The runs that our engine and the floor are measured on, made before anybody looks at a clock."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.starting import run_id
from bot.store.port import NewRun, Store
from tests.bench.peers.answering import STEPS
from workflows.engine import definition
from workflows.engine.context import Context
from workflows.engine.entries import RunStarted
from workflows.engine.nodes import Workflow, workflow
from workflows.engine.step import Step
from workflows.trigger import Actor, IssueSnapshot, Tenant, Trigger


class Number(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int


async def one_more(ctx: Context[None], value: Number) -> Number:
    return Number(n=value.n + 1)


def _ten() -> Workflow[None, Number, Number]:
    steps = [Step(f"step{number}", Number, Number, one_more) for number in range(1, STEPS + 1)]
    tree = workflow("ten", Number).then(steps[0])
    for step in steps[1:]:
        tree = tree.then(step)
    return tree


TEN = _ten()

_numbers = itertools.count(1)


async def make_runs(
    store: Store, count: int, tree: Workflow[None, Any, Any] = TEN, given: BaseModel | None = None
) -> Sequence[str]:
    """Each of an issue of its own: an issue has no more than one run at a time."""
    digest = definition.digest(tree)
    started = RunStarted(
        workflow=tree.name,
        definition=digest,
        release="bench",
        input=(given or Number(n=0)).model_dump(mode="json"),
    )
    made = await asyncio.gather(*(store.create_run(_new_run(started)) for _ in range(count)))
    return [run.id for run, _ in made]


def _new_run(started: RunStarted) -> NewRun:
    number = next(_numbers)
    trigger = Trigger(
        key=f"bench-{number}",
        tenant=Tenant(repository="octo/bench", installation=1),
        actor=Actor(id=1, login="maintainer"),
        workflow=started.workflow,
        goal="Ten steps are recorded",
        issue=IssueSnapshot(number=number, title="Count to ten"),
        release=started.release,
    )
    return NewRun(id=run_id(trigger.key), trigger=trigger, started=started)
