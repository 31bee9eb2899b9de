"""Running a command's coroutine: a foreseen failure is a sentence and an exit code, never a traceback."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar

import typer

T = TypeVar("T")

MOST = 1_000_000
"""More than any list has that somebody looks through; databases cannot count without end."""

FAILED = 1
INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM


class Terminated(Exception):
    """A service manager said stop."""


def go(
    work: Coroutine[Any, Any, T],
    *,
    as_json: bool = False,
    loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> T:
    from workflows.errors import Problem

    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(_until_terminated(work))
    except Problem as problem:
        fail(problem.sentence, who=problem.who, as_json=as_json)
    except UnicodeEncodeError as error:
        if error.reason != "surrogates not allowed":
            raise
        # Python keeps bytes of an argument that are no text as halves of characters.
        fail(f"what was given is not text in UTF-8: {error.object[:80]!a}", as_json=as_json)
    except Terminated:
        sys.exit(TERMINATED)
    except KeyboardInterrupt:
        typer.echo("redfirst: stopped", err=True)
        sys.exit(INTERRUPTED)


def fail(sentence: str, *, who: str = "user", as_json: bool = False) -> NoReturn:
    if as_json:
        typer.echo(json.dumps({"ok": False, "who": who, "error": sentence}))
    typer.echo(f"redfirst: {sentence}", err=True)
    sys.exit(FAILED)


async def _until_terminated(work: Coroutine[Any, Any, T]) -> T:
    """SIGTERM is like Ctrl-C: what is in hand is put down, not dropped."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        # Ctrl-C cancels this task too, and asyncio.run then raises KeyboardInterrupt by itself.
        current = asyncio.current_task()
        if current is not None and current.cancelling():
            raise
        raise Terminated from None
