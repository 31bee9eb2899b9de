"""One trace a run, as a collector on loopback receives it; and none at all unless an address is set."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime, timedelta

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.listening import serving
from bot.settings import load
from bot.telemetry.traces import OtlpTracer
from policies.redaction import Redactor
from workflows.engine.entries import (
    Entry,
    Recorded,
    Row,
    RunFailed,
    RunStarted,
    StepCompleted,
    StepStarted,
    Suspended,
)
from workflows.errors import Failure, Who

ENTRIES: list[Entry] = [
    RunStarted(workflow="fix", definition="d", release="0.1.0", input={}),
    StepStarted(path="fix/plan"),
    Recorded(path="fix/plan", name="turn 1", value={}),
    StepCompleted(path="fix/plan", output={}),
    Suspended(path="fix/review", waits_for="Review"),
]


def _rows(entries: list[Entry]) -> list[Row]:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Row(seq=number, at=began + timedelta(seconds=number), entry=entry)
        for number, entry in enumerate(entries, 1)
    ]


async def _collected(entries: list[Entry], redact: Redactor) -> list[Span]:
    received: list[ExportTraceServiceRequest] = []

    async def collect(request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        received.append(ExportTraceServiceRequest.FromString(body))
        return Response()

    app = Starlette(routes=[Route("/v1/traces", collect, methods=["POST"])])
    async with serving(app) as url:
        tracer = OtlpTracer(url, redact)
        tracer.export("r1", _rows(entries))
        await asyncio.to_thread(tracer.close)
    return [span for one in received for r in one.resource_spans for s in r.scope_spans for span in s.spans]


async def test_a_collector_receives_the_run_its_steps_and_their_records_as_one_trace() -> None:
    spans = await _collected(ENTRIES, Redactor())
    assert {span.name for span in spans} == {"run r1", "fix/plan", "fix/plan: turn 1"}
    assert len({span.trace_id for span in spans}) == 1
    by_name = {span.name: span for span in spans}
    assert not by_name["run r1"].parent_span_id
    assert by_name["fix/plan"].parent_span_id == by_name["run r1"].span_id
    assert by_name["fix/plan: turn 1"].parent_span_id == by_name["fix/plan"].span_id


async def test_no_secret_leaves_in_what_a_trace_says_of_a_failure() -> None:
    failure = Failure(who=Who.OPERATOR, sentence="refused: the key hunter2hunter2 is wrong")
    (span,) = await _collected([ENTRIES[0], RunFailed(failure=failure)], Redactor(["hunter2hunter2"]))
    assert span.status.message == "refused: the key [redacted: a secret of ours] is wrong"


def test_nothing_is_sent_anywhere_by_default() -> None:
    assert load().otlp_endpoint == ""
