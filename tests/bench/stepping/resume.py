"""How long a run of a thousand rows takes from its claim to the first new thing that it does.

Two hundred and fifty turns of a loop; each is a step that recorded two of what an agent does before it was
done, with half a kilobyte each. The last one was interrupted, and is about to do its third.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, field

from pydantic import BaseModel, JsonValue

from bot.store import store_at
from bot.store.port import Store
from tests.bench.peers.answering import Took, answer
from tests.bench.stepping.runs import Number, make_runs
from workflows.engine.advance import advance
from workflows.engine.context import Context
from workflows.engine.entries import Entry, Recorded, StepCompleted, StepStarted
from workflows.engine.nodes import Workflow, unchanged, workflow
from workflows.engine.status import RunStatus
from workflows.engine.step import Step
from workflows.engine.values import Iteration

ROWS = 1_000
TURNS = ROWS // 4
RECORDS = ("1/model", "1/tool")


class Said(BaseModel):
    text: str


@dataclass
class Agent:
    first: float = 0.0
    """When something was done that no row has."""
    done: list[str] = field(default_factory=list[str])

    async def turn(self, ctx: Context[None], value: Number) -> Number:
        for name in RECORDS:
            await ctx.record(name, Said, self.again)
        await ctx.record("2/model", Said, self.anew)
        return Number(n=value.n + 1)

    async def again(self) -> Said:
        raise AssertionError("what the journal has was done again")

    async def anew(self) -> Said:
        self.first = time.perf_counter()
        return Said(text="done")


def main(url: str) -> None:
    store = store_at(url)
    with asyncio.Runner() as runner:
        runner.run(store.open())
        try:
            answer(lambda _, runs: runner.run(_measure(store, runs)), {})
        finally:
            runner.run(store.close())


async def _measure(store: Store, runs: int) -> Took:
    agent = Agent()
    tree = _tree(agent)
    took = 0.0
    for run in await make_runs(store, runs, tree):
        await _interrupted(store, run)
        began = time.perf_counter()
        status = await advance(tree, run, store=store, ports=None, worker="next")
        took += agent.first - began
        assert status is RunStatus.COMPLETED
    return Took(took, 0.0)


def _tree(agent: Agent) -> Workflow[None, Number, Number]:
    def enough(turn: Iteration[Number]) -> bool:
        return turn.last.n >= TURNS

    def why(value: Number) -> str:
        return f"turn {value.n} was not enough"

    body = workflow("turns", Number).then(Step("turn", Number, Number, agent.turn))
    begins = workflow("agent", Number).then(unchanged(Number))
    return begins.dountil(body, until=enough, feedback=why, limit=TURNS)


async def _interrupted(store: Store, run: str) -> None:
    lease = await store.claim(run, "before", 30.0)
    assert lease is not None
    entries: list[Entry] = []
    for turn in range(1, TURNS + 1):
        path = f"agent/turns[{turn}]/turn"
        said: JsonValue = {"text": f"{turn:08} " * 55}
        entries.append(StepStarted(path=path))
        entries += [Recorded(path=path, name=name, value=said) for name in RECORDS]
        if turn < TURNS:
            entries.append(StepCompleted(path=path, output={"n": turn}))
    assert len(entries) + 1 == ROWS, len(entries)
    await store.append(run, 1, entries, lease.fence)
    await store.release(lease)


if __name__ == "__main__":
    main(sys.argv[1])
