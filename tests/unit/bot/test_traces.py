"""Traces are read off the journal: one tree a run, with the same ids whoever sends them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from opentelemetry.trace import StatusCode

from bot.telemetry.traces import NoTracer, provider, spans
from workflows.engine.entries import (
    Entry,
    Recorded,
    Row,
    RunCompleted,
    RunStarted,
    StepCompleted,
    StepFailed,
    StepStarted,
    Suspended,
)
from workflows.errors import Failure, Who

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ENTRIES: list[Entry] = [
    RunStarted(workflow="fix", definition="d", release="0.1.0", input={}),
    StepStarted(path="fix/prepare"),
    Recorded(path="fix/prepare", name="head", value={}),
    StepFailed(path="fix/prepare", attempt=1, failure=Failure(who=Who.NOBODY, sentence="busy")),
    StepStarted(path="fix/prepare", attempt=2),
    StepCompleted(path="fix/prepare", output={}),
    Suspended(path="fix/review", waits_for="Review"),
    RunCompleted(output={}),
]


def rows(entries: list[Entry] = ENTRIES) -> list[Row]:
    return [
        Row(seq=seq, at=BEGAN + timedelta(seconds=seq), entry=entry) for seq, entry in enumerate(entries, 1)
    ]


def nanoseconds(seq: int) -> int:
    return int((BEGAN + timedelta(seconds=seq)).timestamp() * 1e9)


def test_there_is_a_span_for_the_run_each_step_and_each_thing_in_it() -> None:
    found = {span.name: span for span in spans(provider(), "r1", rows())}
    assert set(found) == {
        "run r1",
        "fix/prepare",
        "fix/prepare attempt 1",
        "fix/prepare: head",
    }
    root = found["run r1"]
    assert root.parent is None
    assert (root.start_time, root.end_time) == (nanoseconds(1), nanoseconds(8))


def test_a_thing_in_a_step_is_below_it_and_a_step_below_the_run() -> None:
    found = {span.name: span for span in spans(provider(), "r1", rows())}
    step, thing, root = found["fix/prepare"], found["fix/prepare: head"], found["run r1"]
    assert step.parent is not None
    assert thing.parent is not None
    assert root.context is not None
    assert step.context is not None
    assert step.parent.span_id == root.context.span_id
    assert thing.parent.span_id == step.context.span_id
    assert (step.start_time, step.end_time) == (nanoseconds(5), nanoseconds(6))


def test_a_thing_in_a_step_that_was_not_completed_hangs_on_no_span_that_is_not_there() -> None:
    found = spans(provider(), "r1", rows(ENTRIES[:4]))
    known = {span.context.span_id for span in found if span.context}
    assert all(span.parent is None or span.parent.span_id in known for span in found)


def test_a_failed_attempt_says_so() -> None:
    failed = next(span for span in spans(provider(), "r1", rows()) if span.name.endswith("attempt 1"))
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description == "busy"


def test_ids_are_the_same_whoever_sends_them_and_others_for_another_run() -> None:
    def ids(run: str) -> set[tuple[int, int]]:
        return {(s.context.trace_id, s.context.span_id) for s in spans(provider(), run, rows()) if s.context}

    assert ids("r1") == ids("r1")
    assert len(ids("r1")) == 4
    assert not ids("r1") & ids("r2")
    assert len({trace for trace, _ in ids("r1")}) == 1


def test_a_run_without_rows_has_no_trace() -> None:
    assert spans(provider(), "r1", []) == []


def test_by_default_nothing_is_sent() -> None:
    tracer = NoTracer()
    tracer.export("r1", rows())
    tracer.close()
