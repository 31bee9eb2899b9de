"""Running a command's coroutine: a foreseen failure is a sentence and an exit code, never a traceback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import typer

T = TypeVar("T")

FAILED = 1
INTERRUPTED = 130


def go(work: Coroutine[Any, Any, T], *, as_json: bool = False) -> T:
    from workflows.errors import Problem

    try:
        return asyncio.run(_until_told_to_stop(work))
    except Problem as problem:
        fail(problem.sentence, who=problem.who, as_json=as_json)
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("redfirst: stopped", err=True)
        raise SystemExit(INTERRUPTED) from None


def fail(sentence: str, *, who: str = "user", as_json: bool = False) -> NoReturn:
    if as_json:
        typer.echo(json.dumps({"ok": False, "who": who, "error": sentence}))
    typer.echo(f"redfirst: {sentence}", err=True)
    sys.exit(FAILED)


async def _until_told_to_stop(work: Coroutine[Any, Any, T]) -> T:
    """A service manager's SIGTERM is like Ctrl-C: what is in hand is put down, not dropped."""
    task = asyncio.ensure_future(work)
    with contextlib.suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task
