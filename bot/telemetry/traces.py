"""One trace a run, read off its journal when the run rests: what the journal says is not recorded twice."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from bot.release import release
from bot.telemetry.parts import Part, events, parts, whole
from workflows.engine.entries import Row

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

log = logging.getLogger("redfirst.traces")


class Tracer(Protocol):
    def export(self, run: str, rows: Sequence[Row]) -> None: ...

    def close(self) -> None: ...


class NoTracer:
    """The default: traces stay in the journal."""

    def export(self, run: str, rows: Sequence[Row]) -> None: ...

    def close(self) -> None: ...


class OtlpTracer:
    def __init__(self, endpoint: str, redact: Callable[[str], str]) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        url = endpoint.rstrip("/")
        url = url if url.endswith("/v1/traces") else f"{url}/v1/traces"
        self._processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=url))
        self._provider = provider()
        self._redact = redact

    def export(self, run: str, rows: Sequence[Row]) -> None:
        for span in spans(self._provider, run, rows, self._redact):
            self._processor.on_end(span)

    def close(self) -> None:
        self._processor.shutdown()


def provider() -> TracerProvider:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    return TracerProvider(
        resource=Resource.create({"service.name": "redfirst", "service.version": release()})
    )


def spans(
    made_by: TracerProvider, run: str, rows: Sequence[Row], redact: Callable[[str], str] = str
) -> list[ReadableSpan]:
    """A span for the run, and one for each of its parts below it. Ids come from names, so that the spans of
    one run agree whichever process sends them, and sending them again changes nothing."""
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

    if not rows:
        return []
    trace_id = _number(f"trace {run}", 16)
    root = whole(run, rows)
    happened = [Event(one.row.entry.kind, one.attributes, _at(one.row)) for one in events(rows)]

    def context(of: str) -> SpanContext:
        return SpanContext(trace_id, _number(f"{run} {of}", 8), False, TraceFlags(TraceFlags.SAMPLED))

    def span(part: Part) -> ReadableSpan:
        return ReadableSpan(
            name=part.name,
            context=context(part.name),
            parent=None if part is root else context(part.parent or root.name),
            resource=made_by.resource,
            kind=SpanKind.CLIENT if part.is_of_a_model else SpanKind.INTERNAL,
            attributes={"redfirst.run": run, **part.attributes},
            status=Status(StatusCode.ERROR, redact(part.failed)) if part.failed else Status(StatusCode.OK),
            events=happened if part is root else (),
            start_time=_at(part.begin),
            end_time=_at(part.end),
        )

    return [span(root), *(span(part) for part in parts(rows))]


def _at(row: Row) -> int:
    return int(row.at.timestamp() * 1e9)


def _number(name: str, size: int) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:size]) or 1
