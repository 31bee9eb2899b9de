"""What makes a definition another one, who may go on with whose journals, and how a tree is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, create_model

from bot.store.memory import MemoryStore
from tests.unit.workflows.trees import N, adds, begun, entries, go, output
from workflows.engine import signals
from workflows.engine.context import Context
from workflows.engine.definition import DefinitionChanged, digest, outline
from workflows.engine.drawing import mermaid
from workflows.engine.nodes import Workflow, settled, unchanged, when, workflow
from workflows.engine.status import RunStatus
from workflows.engine.step import Step
from workflows.engine.values import Answered, Both, Each, Iteration
from workflows.fix import fix


def through(model: type[BaseModel]) -> Workflow[None, N, N]:
    """A tree through whose middle a value of this model passes."""

    async def there(ctx: Context[None], value: N) -> BaseModel:
        return model()

    async def and_back(ctx: Context[None], value: BaseModel) -> N:
        return N()

    return workflow("w", N).then(Step("there", N, model, there)).then(Step("and_back", model, N, and_back))


def test_a_field_more_in_the_middle_is_another_definition() -> None:
    one = create_model("Middle", title=(str, ""))
    other = create_model("Middle", title=(str, ""), body=(str, ""))
    assert digest(through(one)) != digest(through(other))


def test_a_better_comment_is_not_another_definition() -> None:
    one = create_model("Middle", __doc__="It.", title=(str, Field("", description="A title.")))
    other = create_model("Middle", __doc__="What it is.", title=(str, Field("", description="The title.")))
    assert digest(through(one)) == digest(through(other))


async def test_a_definition_that_declares_it_may_goes_on_with_an_earlier_one() -> None:
    old = workflow("w", N).then(adds("one")).suspend("ask", waits_for=N).map(back, N)
    store = await begun(old, MemoryStore())
    assert await go(old, store) is RunStatus.SUSPENDED
    new = old.then(adds("more", 10))
    with pytest.raises(DefinitionChanged):
        await signals.resume(store, new, "r1", N(n=1), by="me", key="k")
    assert len(await entries(store)) == 5  # begun, the step's two, and that it waits: nothing was added
    declared = new.compatible(digest(old))
    assert await signals.resume(store, declared, "r1", N(n=1), by="me", key="k")
    assert await go(declared, store) is RunStatus.COMPLETED
    assert await output(store) == {"n": 12, "turn": 0}


def test_declaring_it_does_not_make_it_another_definition() -> None:
    assert digest(fix) == digest(fix.compatible("0" * 64))


def test_the_definition_of_fix_is_known() -> None:
    """Another strands the runs that wait: if that is meant, `fix.py` declares whose journals it finishes."""
    assert digest(fix) == "ca5ad67ce8f87c853492141f153648e57853e7c5cfa836e01e35009bb8048c16"


# --- shown ----------------------------------------------------------------------------------------------


class Items(BaseModel):
    items: tuple[N, ...] = ()


def back(answered: Answered[N, N]) -> N:
    return answered.before.plus(answered.answer.n)


def join(value: Both[N, N]) -> Items:
    return Items(items=(value.first, value.second))


def count(value: Each[Items, N]) -> N:
    return N(n=len(value.items))


def is_big(value: N) -> bool:
    return value.n > 10


def is_done(turn: Iteration[N]) -> bool:
    return turn.last.n > 10


def goes_on(turn: Iteration[N]) -> bool:
    return turn.count < 2


def items(value: Items) -> Sequence[N]:
    return value.items


AGAIN = workflow("again", N).then(workflow("inner", N).then(adds("deep")))
ALL = (
    workflow("w", N)
    .then(adds("first"))
    .branch("size", when(is_big, adds("big")), otherwise=unchanged(N))
    .dountil(workflow("round", N).then(adds("turn")), until=is_done, feedback=str, limit=2)
    .dowhile(
        workflow("again", N).then(workflow("inner", N).then(adds("deep"))),
        goes_on=goes_on,
        feedback=str,
        limit=3,
    )
    .parallel("sides", adds("left"), adds("right"), at_once=2)
    .map(join, Items)
    .foreach(adds("each"), over=items, limit=7)
    .map(count, N)
    .suspend("ask", waits_for=N, within=timedelta(days=2), late=adds("gives_up"))
    .map(back, N)
    .sleep("nap", timedelta(minutes=90))
)


def test_a_definition_reads_as_an_outline() -> None:
    assert outline(ALL).splitlines() == [
        "w: N -> N",
        "  first: N -> N",
        "  size: the first that holds",
        "    when is_big",
        "      big: N -> N",
        "    otherwise",
        "      unchanged: N -> N",
        "  until is_done, at most 2 times",
        "    round: N -> N",
        "      turn: N -> N",
        "  while goes_on, at most 3 times",
        "    again: N -> N",
        "      inner: N -> N",
        "        deep: N -> N",
        "  sides: side by side, at most 2 at once",
        "    left: N -> N",
        "    right: N -> N",
        "  join: -> Items",
        "  for each of items, at most 7, 4 at once",
        "    each: N -> N",
        "  count: -> N",
        "  ask: waits for N, at most 2 days",
        "    when that is late",
        "      gives_up: N -> N",
        "  back: -> N",
        "  nap: sleeps 90 minutes",
    ]


def test_what_may_fail_is_shown_as_such() -> None:
    assert "  whatever comes of it" in outline(workflow("w", N).then(settled(adds("tries"))))


def test_a_drawing_joins_only_shapes_that_are_there_and_leaves_none_alone() -> None:
    for tree in (ALL, fix):
        chart = mermaid(tree)
        shapes = set(re.findall(r"^\s*(n\d+)[\[({]", chart, re.MULTILINE))
        arrows = re.findall(r"^\s*(n\d+) -\.?->(?:\|[^|]*\|)? (n\d+)$", chart, re.MULTILINE)
        assert {end for arrow in arrows for end in arrow} == shapes
        assert chart.count("subgraph") == len(re.findall(r"^\s*end$", chart, re.MULTILINE))


def test_a_drawing_of_a_loop_leads_back_and_on() -> None:
    chart = mermaid(workflow("w", N).then(adds("one")).dowhile(
        workflow("round", N).then(adds("turn")), goes_on=goes_on, feedback=str, limit=3))  # fmt: skip
    assert chart.splitlines() == [
        "flowchart TD",
        "    n1([N])",
        '    n2["one"]',
        "    n1 --> n2",
        '    subgraph loop1 ["while goes_on, at most 3 times"]',
        '        n3["turn"]',
        "        n3 -.-> n3",
        "    end",
        "    n2 --> n3",
        "    n4([N])",
        "    n3 --> n4",
    ]


def test_the_docs_show_the_fix_workflow_as_it_is() -> None:
    docs = Path(__file__).parents[3] / "docs" / "engine.md"
    assert f"```mermaid\n{mermaid(fix)}\n```" in docs.read_text()
