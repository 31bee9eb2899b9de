"""One pipeline for our log lines and those of libraries: text on a terminal, JSON otherwise, on stderr."""

from __future__ import annotations

import logging
import sys

from bot.settings import Settings
from policies.redaction import Redactor

# They say at `info` what is only of interest to whoever debugs them.
_CHATTY = (
    "httpx",
    "httpcore",
    "LiteLLM",
    "litellm",
    "docker",
    "urllib3",
    "asyncio",
    "alembic",
    "nats",
    "mcp",
)


def set_up(settings: Settings) -> None:
    import structlog

    as_text = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    shown: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if as_text
        else structlog.processors.JSONRenderer()
    )
    tracebacks: list[structlog.typing.Processor] = [] if as_text else [structlog.processors.dict_tracebacks]
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tracebacks, shown],
    )
    handler.setFormatter(_Redacted(formatter, Redactor(settings.secrets())))
    logging.root.handlers = [handler]
    logging.root.setLevel(settings.log_level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Redacted(logging.Formatter):
    """Last of all, so that what a library or a traceback says is looked at, too."""

    def __init__(self, inner: logging.Formatter, redact: Redactor) -> None:
        super().__init__()
        self._inner = inner
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(self._inner.format(record))
