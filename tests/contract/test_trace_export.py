"""One trace a run, as a collector on loopback receives it; and none at all unless an address is set."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime, timedelta

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.listening import serving
from bot.settings import load
from bot.telemetry.traces import OtlpTracer
from workflows.engine.entries import Entry, Recorded, Row, RunStarted, StepCompleted, StepStarted, Suspended

ENTRIES: list[Entry] = [
    RunStarted(workflow="fix", definition="d", release="0.1.0", input={}),
    StepStarted(path="fix/plan"),
    Recorded(path="fix/plan", name="turn 1", value={}),
    StepCompleted(path="fix/plan", output={}),
    Suspended(path="fix/review", waits_for="Review"),
]


def _rows() -> list[Row]:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Row(seq=number, at=began + timedelta(seconds=number), entry=entry)
        for number, entry in enumerate(ENTRIES, 1)
    ]


async def test_a_collector_receives_the_run_its_steps_and_their_records_as_one_trace() -> None:
    received: list[ExportTraceServiceRequest] = []

    async def collect(request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        received.append(ExportTraceServiceRequest.FromString(body))
        return Response()

    app = Starlette(routes=[Route("/v1/traces", collect, methods=["POST"])])
    async with serving(app) as url:
        tracer = OtlpTracer(url)
        tracer.export("r1", _rows())
        await asyncio.to_thread(tracer.close)
    spans = [span for one in received for r in one.resource_spans for s in r.scope_spans for span in s.spans]
    assert {span.name for span in spans} == {"run r1", "fix/plan", "fix/plan: turn 1"}
    assert len({span.trace_id for span in spans}) == 1
    by_name = {span.name: span for span in spans}
    assert not by_name["run r1"].parent_span_id
    assert by_name["fix/plan"].parent_span_id == by_name["run r1"].span_id
    assert by_name["fix/plan: turn 1"].parent_span_id == by_name["fix/plan"].span_id


def test_nothing_is_sent_anywhere_by_default() -> None:
    assert load().otlp_endpoint == ""
