"""How a tree is walked: in order, with its types held to, and its failures told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel
from stamina import instrumentation

from bot.store.memory import MemoryStore
from tests.unit.workflows.trees import (
    AT_ONCE,
    N,
    Process,
    adds,
    begun,
    entries,
    go,
    kinds,
    output,
    patient,
    ran,
    unit,
)
from workflows.engine import definition, signals
from workflows.engine.context import Context
from workflows.engine.entries import (
    Recorded,
    RunFailed,
    RunParked,
    StepCompleted,
    StepFailed,
    StepStarted,
    Suspended,
)
from workflows.engine.nodes import Then, Workflow, when, workflow
from workflows.engine.retry import ONCE, Retry
from workflows.engine.status import RunStatus
from workflows.engine.step import Step, step
from workflows.engine.values import Answered, Failed, Iteration, Nothing
from workflows.errors import (
    Failure,
    ModelProblem,
    OperatorProblem,
    Passing,
    Problem,
    SandboxBroken,
    UserProblem,
    Who,
    WorkflowError,
)


class Other(BaseModel):
    word: str


def failing(problem: Problem, times: int = 99, seen: list[int] | None = None) -> Step[None, N, N]:
    async def fails(ctx: Context[None], value: N) -> N:
        if seen is not None:
            seen.append(ctx.attempt)
        if ctx.attempt <= times:
            raise problem
        return value.plus(1)

    return unit("fails", fails)


def telling(heard: list[Failed[N]]) -> Step[None, Failed[N], Nothing]:
    async def tell(ctx: Context[None], failed: Failed[N]) -> Nothing:
        heard.append(failed)
        return Nothing()

    return Step("tell", Failed[N], Nothing, tell)


def counting(limit: int, until: int = 99) -> Workflow[None, N, N]:
    async def turn(ctx: Context[None], value: N) -> N:
        return value.model_copy(update={"turn": value.turn + 1})

    def enough(turn: Iteration[N]) -> bool:
        return turn.last.turn >= until

    def why(value: N) -> str:
        return f"turn {value.turn} was not enough"

    body = workflow("round", N).then(unit("turn", turn))
    return workflow("w", N).then(adds("first")).dountil(body, until=enough, feedback=why, limit=limit)


async def failure(store: MemoryStore) -> Failure:
    last = (await entries(store))[-1]
    assert isinstance(last, RunFailed), last
    return last.failure


async def test_steps_are_done_in_order_each_on_what_the_last_one_gave() -> None:
    status, store = await ran(workflow("w", N).then(adds("one", 1)).then(adds("ten", 10)), N(n=5))
    assert status is RunStatus.COMPLETED
    assert await output(store) == {"n": 16, "turn": 0}
    assert await kinds(store) == [
        "run.started",
        "step.started",
        "step.completed",
        "step.started",
        "step.completed",
        "run.completed",
    ]


async def test_a_nested_workflow_has_a_path_of_its_own() -> None:
    inner = workflow("inner", N).then(adds("one"))
    _, store = await ran(workflow("w", N).then(adds("one")).then(inner))
    done = [entry.path for entry in await entries(store) if isinstance(entry, StepCompleted)]
    assert done == ["w/one", "w/inner/one"]


async def test_a_map_changes_the_shape_and_leaves_no_row() -> None:
    def double(value: N) -> N:
        return value.plus(value.n)

    _, store = await ran(workflow("w", N).then(adds("one")).map(double, N))
    assert await output(store) == {"n": 2, "turn": 0}
    assert len(await entries(store)) == 4


async def test_a_loop_ends_when_it_is_told_enough() -> None:
    _, store = await ran(counting(limit=5, until=3))
    done = [entry.path for entry in await entries(store) if isinstance(entry, StepCompleted)]
    assert done == ["w/first", "w/round[1]/turn", "w/round[2]/turn", "w/round[3]/turn"]


async def test_a_loop_that_may_go_once_goes_once() -> None:
    assert (await ran(counting(limit=1, until=1)))[0] is RunStatus.COMPLETED


async def test_a_loop_at_its_limit_says_where_how_often_and_what_was_said_last() -> None:
    status, store = await ran(counting(limit=2))
    assert status is RunStatus.FAILED
    assert await failure(store) == Failure(
        who=Who.MODEL,
        sentence="w/round reached its limit of 2 attempts: turn 2 was not enough",
        path="w/round",
        count=2,
        feedback="turn 2 was not enough",
    )


async def test_a_loop_at_its_limit_goes_through_the_rescue() -> None:
    heard: list[Failed[N]] = []
    status, store = await ran(counting(limit=1).rescue(telling(heard)), N(n=5))
    assert status is RunStatus.FAILED
    assert [(told.input, told.failure.path, told.failure.count) for told in heard] == [(N(n=5), "w/round", 1)]
    assert isinstance((await entries(store))[-2], StepCompleted)


async def test_a_rescue_is_told_what_the_run_began_with_and_how_it_ended() -> None:
    heard: list[Failed[N]] = []
    tree = (
        workflow("w", N).then(adds("one")).then(failing(UserProblem("no such page"))).rescue(telling(heard))
    )
    await ran(tree, N(n=5))
    assert [(told.input, told.failure.who, told.failure.sentence) for told in heard] == [
        (N(n=5), Who.USER, "no such page")
    ]


async def test_nobody_is_told_of_a_run_that_completes() -> None:
    heard: list[Failed[N]] = []
    await ran(workflow("w", N).then(adds("one")).rescue(telling(heard)))
    assert heard == []


async def test_a_rescue_that_fails_too_leaves_a_failed_run() -> None:
    async def tell(ctx: Context[None], failed: Failed[N]) -> Nothing:
        raise UserProblem("the issue is gone")

    tree = workflow("w", N).then(failing(UserProblem("no"))).rescue(Step("tell", Failed[N], Nothing, tell))
    status, store = await ran(tree)
    assert status is RunStatus.FAILED
    assert (await failure(store)).sentence == "no"


async def test_what_may_pass_is_tried_again() -> None:
    seen: list[int] = []
    status, store = await ran(workflow("w", N).then(failing(Passing("busy"), times=2, seen=seen)))
    assert (status, seen) == (RunStatus.COMPLETED, [1, 2, 3])
    assert [entry.attempt for entry in await entries(store) if isinstance(entry, StepFailed)] == [1, 2]
    assert [entry.attempt for entry in await entries(store) if isinstance(entry, StepStarted)] == [1, 2, 3]


async def test_a_broken_sandbox_is_one_of_the_things_that_may_pass() -> None:
    assert (await ran(workflow("w", N).then(failing(SandboxBroken("gone"), times=1))))[
        0
    ] is RunStatus.COMPLETED


async def test_attempts_are_used_up_at_last() -> None:
    seen: list[int] = []
    status, store = await ran(workflow("w", N).then(failing(Passing("busy"), seen=seen)))
    assert (status, seen) == (RunStatus.FAILED, [1, 2, 3])
    assert (await failure(store)).who is Who.NOBODY


@pytest.mark.parametrize("problem", [UserProblem("u"), OperatorProblem("o"), ModelProblem("m")])
async def test_what_somebody_has_to_mend_is_not_tried_again(problem: Problem) -> None:
    seen: list[int] = []
    status, store = await ran(workflow("w", N).then(failing(problem, seen=seen)))
    assert (status, seen) == (RunStatus.FAILED, [1])
    assert (await failure(store)).who is problem.who


async def test_a_failure_names_the_step_that_it_came_from() -> None:
    inner = workflow("inner", N).then(failing(UserProblem("no")))
    _, store = await ran(workflow("w", N).then(adds("one")).then(inner))
    assert (await failure(store)).path == "w/inner/fails"


async def test_a_time_out_of_the_steps_own_is_not_told_as_ours() -> None:
    async def times_out(ctx: Context[None], value: N) -> N:
        raise TimeoutError("a socket's")

    store = await begun(tree := workflow("w", N).then(unit("times_out", times_out)), MemoryStore())
    with pytest.raises(TimeoutError, match="a socket's"):
        await go(tree, store)


async def test_a_bug_is_no_failure_of_the_run() -> None:
    async def buggy(ctx: Context[None], value: N) -> N:
        raise KeyError("bug")

    store = await begun(tree := workflow("w", N).then(unit("buggy", buggy)), MemoryStore())
    with pytest.raises(KeyError):
        await go(tree, store)
    assert (await store.run("r1")).status is not RunStatus.FAILED
    assert await store.claim("r1", "somebody else", 1.0) is not None


async def test_a_step_that_takes_too_long_is_stopped_and_may_be_tried_again() -> None:
    async def slow(ctx: Context[None], value: N) -> N:
        await asyncio.sleep(60 if ctx.attempt == 1 else 0)
        return value

    _, store = await ran(workflow("w", N).then(unit("slow", slow, timeout=0.1)))
    (failed,) = [entry for entry in await entries(store) if isinstance(entry, StepFailed)]
    assert failed.failure.sentence == "it took longer than 0.1 s"
    assert failed.failure.path == "w/slow"
    assert failed.failure.who is Who.NOBODY
    assert (await kinds(store))[-1] == "run.completed"


async def test_an_input_that_does_not_fit_names_the_step_and_the_field() -> None:
    async def wants(ctx: Context[None], value: Other) -> Other:
        return value

    nodes = (Then(Step("wants", Other, Other, wants)),)
    tree: Workflow[None, N, Other] = Workflow("w", N, Other, nodes)
    status, store = await ran(tree)
    assert status is RunStatus.FAILED
    assert (await failure(store)).sentence == "w/wants: the input does not fit: word: Field required"


async def test_an_output_that_does_not_fit_names_the_step_and_the_field() -> None:
    async def lies(ctx: Context[None], value: N) -> N:
        return Other(word="x")  # pyright: ignore[reportReturnType]

    status, store = await ran(workflow("w", N).then(unit("lies", lies)))
    assert status is RunStatus.FAILED
    assert (await failure(store)).sentence.startswith("w/lies: the output does not fit: word: Extra inputs")


async def test_a_run_whose_input_does_not_fit_is_an_error_for_the_operator() -> None:
    tree = workflow("w", N).then(adds("one"))
    store = MemoryStore()
    await begun(tree, store)
    other = workflow("w", N).then(adds("one"))
    bad = Workflow(other.name, Other, other.gives, other.nodes)
    with pytest.raises(OperatorProblem, match="another definition of w"):
        await go(bad, store)


async def test_another_definition_may_not_go_on_with_a_journal() -> None:
    tree = counting(limit=2)
    store = await begun(tree, MemoryStore())
    for changed in (counting(limit=3), tree.then(adds("more")), workflow("w", N).then(adds("first"))):
        assert definition.digest(changed) != definition.digest(tree)
        with pytest.raises(OperatorProblem, match=r"started by release 0\.1\.0 with another definition of w"):
            await go(changed, store)
    assert len(await entries(store)) == 1


async def test_the_same_definition_built_twice_is_the_same() -> None:
    assert definition.digest(counting(2)) == definition.digest(counting(2))


async def test_a_run_that_has_ended_is_not_walked_again() -> None:
    tree = workflow("w", N).then(adds("one"))
    _, store = await ran(tree)
    assert await go(tree, store) is None


async def test_a_run_that_somebody_holds_is_left_alone() -> None:
    store = await begun(tree := workflow("w", N).then(adds("one")), MemoryStore())
    assert await store.claim("r1", "other", 30) is not None
    assert await go(tree, store) is None
    assert len(await entries(store)) == 1


async def test_two_nodes_of_one_name_are_refused_when_the_tree_is_built() -> None:
    with pytest.raises(ValueError, match="w has two nodes named one: paths must be unique"):
        workflow("w", N).then(adds("one")).then(adds("one"))


@pytest.mark.parametrize("name", ["", "a/b", "a[1]"])
async def test_a_name_that_looks_like_a_place_is_refused_when_the_tree_is_built(name: str) -> None:
    one, odd = adds("one"), adds(name)
    late = timedelta(seconds=1)
    for build in (
        lambda: workflow("w", N).then(odd),
        lambda: workflow("w", N).then(one).sleep(name, late),
        lambda: workflow("w", N).then(one).parallel("both", adds("two"), odd),
        lambda: workflow("w", N).then(one).branch("way", when(_always, odd), otherwise=one),
        lambda: workflow("w", N).then(one).suspend("ask", waits_for=N, within=late, late=odd),
    ):
        with pytest.raises(ValueError, match="a name is not empty, and has no /"):
            build()


async def test_a_map_that_gives_something_else_than_it_says_breaks_its_contract() -> None:
    def swap(value: N) -> Other:
        return Other(word="none")

    tree: Any = workflow("w", N).then(adds("one"))
    status, store = await ran(tree.map(swap, N))
    assert status is RunStatus.FAILED
    assert "w/swap: the output does not fit" in (await failure(store)).sentence


async def test_between_attempts_it_waits_longer_each_time_and_never_for_quite_the_same() -> None:
    waits: list[float] = []
    policy = Retry(attempts=7, first_wait=0.01, longest_wait=0.1)
    step = replace(failing(SandboxBroken("gone")), retry=policy)
    with _heard(waits):
        await ran(workflow("w", N).then(step))
        await ran(workflow("w", N).then(step))
    steady = [0.01, 0.02, 0.04, 0.08, 0.1, 0.1]
    for once in (waits[:6], waits[6:]):
        for least, wait in zip(steady, once, strict=True):
            assert least - 1e-6 <= wait <= min(least + 0.01, 0.1) + 1e-6
        assert once[:4] != steady[:4]
    assert waits[:4] != waits[6:10]


async def test_where_the_other_side_says_how_long_it_waits_for_that_long() -> None:
    waits: list[float] = []
    step = replace(failing(Passing("slow down", wait=0.07)), retry=Retry(attempts=3, first_wait=0.001))
    with _heard(waits):
        await ran(workflow("w", N).then(step))
    assert waits == [0.07, 0.07]


@contextlib.contextmanager
def _heard(waits: list[float]) -> Generator[None]:
    def hear(details: instrumentation.RetryDetails) -> None:
        waits.append(details.wait_for)

    before = instrumentation.get_on_retry_hooks()
    instrumentation.set_on_retry_hooks([hear])
    try:
        yield
    finally:
        instrumentation.set_on_retry_hooks(before)


def _always(value: N) -> bool:
    return True


async def test_building_a_tree_changes_no_tree() -> None:
    short = workflow("w", N).then(adds("one"))
    long = short.then(adds("two"))
    assert (len(short.nodes), len(long.nodes)) == (1, 2)


async def test_annotations_of_a_step_are_its_contract() -> None:
    @step(retry=ONCE, timeout=5)
    async def shout(ctx: Context[None], value: Other) -> N:
        return N(n=len(value.word))

    assert (shout.name, shout.takes, shout.gives, shout.retry, shout.timeout) == ("shout", Other, N, ONCE, 5)


async def test_a_note_shares_a_commit_with_what_comes_next() -> None:
    tree = workflow("w", N).then(adds("one")).then(adds("two"))
    process = Process(await begun(tree, MemoryStore()))
    with patient():
        await go(tree, process)
    # Two steps, begun and completed, and the end of the run: five rows.
    assert process.commits == 3


async def test_a_note_is_written_by_itself_when_nothing_comes_for_a_while() -> None:
    seen: list[str] = []

    async def slow(ctx: Context[None], value: N) -> N:
        await asyncio.sleep(0.08)
        seen.extend(await kinds(store))
        return value

    store = await begun(tree := workflow("w", N).then(unit("slow", slow)), MemoryStore())
    await go(tree, store)
    assert seen == ["run.started", "step.started"]


async def test_whoever_watches_hears_of_each_entry_once_it_is_written() -> None:
    from workflows.engine.advance import advance

    heard: list[str] = []
    store = await begun(tree := workflow("w", N).then(adds("one")), MemoryStore())
    await advance(
        tree, "r1", store=store, ports=None, worker="a", watch=lambda entry: heard.append(entry.kind)
    )
    assert heard == (await kinds(store))[1:]


async def test_things_of_one_name_in_two_steps_are_two_things() -> None:
    def recording(name: str, gives: int) -> Step[None, N, N]:
        async def run(ctx: Context[None], value: N) -> N:
            async def make() -> N:
                return N(n=gives)

            assert not ctx.was_recorded("thing")
            made = await ctx.record("thing", N, make)
            assert ctx.was_recorded("thing")
            return value.plus(made.n)

        return unit(name, run)

    _, store = await ran(workflow("w", N).then(recording("one", 1)).then(recording("two", 20)))
    assert await output(store) == {"n": 21, "turn": 0}
    names = [(entry.path, entry.name) for entry in await entries(store) if isinstance(entry, Recorded)]
    assert names == [("w/one", "thing"), ("w/two", "thing")]


async def test_a_run_waits_at_a_suspend_and_goes_on_with_the_answer() -> None:
    def read(answered: Answered[N, Other]) -> N:
        return answered.before.plus(len(answered.answer.word))

    tree = workflow("w", N).then(adds("one")).suspend("review", waits_for=Other).map(read, N)
    status, store = await ran(tree)
    assert status is RunStatus.SUSPENDED
    assert (await entries(store))[-2:] == [Suspended(path="w/review", waits_for="Other"), RunParked()]
    assert await go(tree, store) is None  # it holds nothing, and nobody may walk it
    assert await signals.resume(store, tree, "r1", Other(word="four"), by="me", key="k")
    assert await go(tree, store) is RunStatus.COMPLETED
    assert await output(store) == {"n": 5, "turn": 0}


async def test_a_suspend_in_a_loop_waits_once_a_turn() -> None:
    def read(answered: Answered[N, Other]) -> N:
        return answered.before.model_copy(update={"n": len(answered.answer.word)})

    def enough(turn: Iteration[N]) -> bool:
        return turn.last.n > 3

    body = workflow("round", N).then(adds("one")).suspend("ask", waits_for=Other).map(read, N)
    tree = workflow("w", N).then(adds("go")).dountil(body, until=enough, feedback=str, limit=5)
    store = await begun(tree, MemoryStore())
    for number, word in enumerate(["a", "bb", "ccccc"]):
        assert await go(tree, store) is RunStatus.SUSPENDED
        await signals.resume(store, tree, "r1", Other(word=word), by="me", key=str(number))
    assert await go(tree, store) is RunStatus.COMPLETED
    waits = [entry.path for entry in await entries(store) if isinstance(entry, Suspended)]
    assert waits == ["w/round[1]/ask", "w/round[2]/ask", "w/round[3]/ask"]


def test_only_what_may_pass_is_worth_a_retry() -> None:
    assert AT_ONCE.after(Passing("x"))
    assert AT_ONCE.after(SandboxBroken("x"))
    assert not AT_ONCE.after(UserProblem("x"))
    assert not AT_ONCE.after(ValueError("x"))
    assert Retry(on=(ModelProblem,)).after(ModelProblem("x"))


def test_a_failure_says_whose_move_it_is() -> None:
    assert UserProblem("x").failure() == Failure(who=Who.USER, sentence="x")
    assert WorkflowError("w/round", 3, "no").failure().path == "w/round"
