"""Traces are read off the journal: one tree a run, with the same ids whoever sends them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from opentelemetry.trace import SpanKind, StatusCode

from bot.telemetry.traces import NoTracer, provider, spans
from workflows.engine.entries import (
    Cancelled,
    Entry,
    Recorded,
    Resumed,
    Row,
    RunCompleted,
    RunFailed,
    RunParked,
    RunStarted,
    Slept,
    StepCompleted,
    StepFailed,
    StepStarted,
    Suspended,
    Woke,
)
from workflows.errors import Failure, Who
from workflows.ports.model import Turn, Usage

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


def test_a_wait_that_is_over_has_a_span_and_one_that_is_not_has_none_yet() -> None:
    waits: list[Entry] = [
        ENTRIES[0],
        Suspended(path="fix/review", waits_for="Review"),
        Slept(path="fix/nap", until=BEGAN + timedelta(hours=1)),
        RunParked(wake_at=BEGAN + timedelta(hours=1)),
    ]
    assert [span.name for span in spans(provider(), "r1", rows(waits))] == ["run r1"]
    over = [*waits, Resumed(path="fix/review", key="k", by="me", payload={}), Woke(path="fix/nap")]
    found = {span.name: span for span in spans(provider(), "r1", rows(over))}
    review, nap = found["fix/review"], found["fix/nap"]
    assert (review.start_time, review.end_time) == (nanoseconds(2), nanoseconds(5))
    assert (nap.start_time, nap.end_time) == (nanoseconds(3), nanoseconds(6))
    assert review.attributes is not None
    assert review.attributes["redfirst.answered_by"] == "me"
    root = found["run r1"].context
    assert root is not None
    assert [span.parent.span_id for span in (review, nap) if span.parent] == [root.span_id] * 2


def test_what_the_run_waits_for_and_that_it_holds_nothing_meanwhile_are_events_of_it() -> None:
    away = BEGAN + timedelta(minutes=5)
    told: list[Entry] = [
        ENTRIES[0],
        Suspended(path="fix/review", waits_for="Review"),
        Slept(path="fix/nap", until=away),
        RunParked(wake_at=away, why="GitHub has not answered"),
        Cancelled(by="me", reason="not needed"),
    ]
    root = spans(provider(), "r1", rows(told))[0]
    assert [(event.name, event.timestamp, dict(event.attributes or {})) for event in root.events] == [
        ("suspended", nanoseconds(2), {"redfirst.path": "fix/review", "redfirst.waits_for": "Review"}),
        ("slept", nanoseconds(3), {"redfirst.path": "fix/nap", "redfirst.until": away.isoformat()}),
        (
            "run.parked",
            nanoseconds(4),
            {"redfirst.until": away.isoformat(), "redfirst.why": "GitHub has not answered"},
        ),
        ("cancelled", nanoseconds(5), {"redfirst.by": "me", "redfirst.why": "not needed"}),
    ]


def test_a_turn_says_which_model_answered_and_what_it_took() -> None:
    usage = Usage(tokens_in=900, tokens_out=70, tokens_cached=500)
    turn = Turn(text="hm", model="claude-sonnet-4-5", usage=usage).model_dump(mode="json")
    told: list[Entry] = [
        ENTRIES[0],
        StepStarted(path="fix/plan"),
        Recorded(path="fix/plan", name="turn 1", value=turn),
        Recorded(path="fix/plan", name="turn 1 call 1", value={"text": "no such file"}),
        StepCompleted(path="fix/plan", output={}),
    ]
    found = {span.name: span for span in spans(provider(), "r1", rows(told))}
    thinks, calls = found["fix/plan: turn 1"], found["fix/plan: turn 1 call 1"]
    assert thinks.kind is SpanKind.CLIENT
    assert dict(thinks.attributes or {}) == {
        "redfirst.run": "r1",
        "gen_ai.operation.name": "chat",
        "gen_ai.response.model": "claude-sonnet-4-5",
        "gen_ai.usage.input_tokens": 900,
        "gen_ai.usage.output_tokens": 70,
        "gen_ai.usage.cache_read.input_tokens": 500,
    }
    assert calls.kind is SpanKind.INTERNAL
    assert dict(calls.attributes or {}) == {"redfirst.run": "r1"}


def test_a_run_that_failed_says_so() -> None:
    failure = Failure(who=Who.USER, sentence="no such page")
    root = spans(provider(), "r1", rows([ENTRIES[0], RunFailed(failure=failure)]))[0]
    assert (root.status.status_code, root.status.description) == (StatusCode.ERROR, "no such page")


def test_attempts_that_begin_anew_after_an_outage_are_spans_of_their_own() -> None:
    failed = StepFailed(path="fix/plan", attempt=1, failure=Failure(who=Who.NOBODY, sentence="busy"))
    started = StepStarted(path="fix/plan")
    told: list[Entry] = [ENTRIES[0], started, failed, started, RunParked(why="away"), started, failed]
    found = spans(provider(), "r1", rows(told))
    assert [span.name for span in found] == ["run r1", "fix/plan attempt 1", "fix/plan attempt 2"]
    assert len({span.context.span_id for span in found if span.context}) == 3


def test_by_default_nothing_is_sent() -> None:
    tracer = NoTracer()
    tracer.export("r1", rows())
    tracer.close()
