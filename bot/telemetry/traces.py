"""One trace a run, read off its journal when the run rests: what the journal says is not recorded twice."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from bot.release import release
from workflows.engine.entries import Recorded, Row, StepCompleted, StepFailed, StepStarted

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
    def __init__(self, endpoint: str) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        url = endpoint.rstrip("/")
        url = url if url.endswith("/v1/traces") else f"{url}/v1/traces"
        self._processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=url))
        self._provider = provider()

    def export(self, run: str, rows: Sequence[Row]) -> None:
        for span in spans(self._provider, run, rows):
            self._processor.on_end(span)

    def close(self) -> None:
        self._processor.shutdown()


def provider() -> TracerProvider:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    return TracerProvider(
        resource=Resource.create({"service.name": "redfirst", "service.version": release()})
    )


def spans(made_by: TracerProvider, run: str, rows: Sequence[Row]) -> list[ReadableSpan]:
    """A span for the run, one a step, one for each record in it. Ids come from names, so that the spans
    of one run agree whichever process sends them, and sending them again changes nothing."""
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

    if not rows:
        return []
    trace_id = _number(f"trace {run}", 16)

    def at(row: Row) -> int:
        return int(row.at.timestamp() * 1e9)

    def span(
        name: str, parent: str | None, begin: int, end: int, failed: str = "", **attributes: str | int
    ) -> ReadableSpan:
        def context(of: str) -> SpanContext:
            return SpanContext(trace_id, _number(f"{run} {of}", 8), False, TraceFlags(TraceFlags.SAMPLED))

        return ReadableSpan(
            name=name,
            context=context(name),
            parent=context(parent) if parent is not None else None,
            resource=made_by.resource,
            kind=SpanKind.INTERNAL,
            attributes={"redfirst.run": run, **attributes},
            status=Status(StatusCode.ERROR, failed) if failed else Status(StatusCode.OK),
            start_time=begin,
            end_time=end,
        )

    root = f"run {run}"
    found = [span(root, None, at(rows[0]), at(rows[-1]))]
    began: dict[str, int] = {}
    whole = {row.entry.path for row in rows if isinstance(row.entry, StepCompleted)}
    last = at(rows[0])
    for row in rows:
        match row.entry:
            case StepStarted(path=path):
                began[path] = at(row)
            case StepCompleted(path=path):
                found.append(span(path, root, began.get(path, last), at(row)))
            case StepFailed(path=path, attempt=attempt, failure=failure):
                name = f"{path} attempt {attempt}"
                found.append(span(name, root, began.get(path, last), at(row), failed=failure.sentence))
            case Recorded(path=path, name=name):
                parent = path if path in whole else root
                found.append(span(f"{path}: {name}", parent, last, at(row)))
            case _:
                pass
        last = at(row)
    return found


def _number(name: str, size: int) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:size]) or 1
