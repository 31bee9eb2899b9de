"""Imports what is slow, then forks a program for whoever asks on a socket: `python -m … SOCKET`."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable

from bot.models.litellm import load

SLOW = (
    *("alembic", "githubkit", "psycopg", "sqlalchemy", "uvicorn"),
    *("bot.bus.nats", "bot.cli.app", "bot.local.fixing", "bot.serving", "bot.web.app", "bot.wiring"),
    *("tests.acceptance.killed_server",),
)


def main() -> None:
    place = sys.argv[1]
    load()
    for slow in SLOW:
        importlib.import_module(slow)
    # It is there for good: nobody needs to look at it again, or to write to its pages.
    gc.freeze()
    program = _asked(place)
    if program is not None:
        program()


def _asked(place: str) -> Callable[[], object] | None:
    """The program, in the process that is to be it; None when nobody is left to ask."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen(50)
        while True:
            ready, _, _ = select.select([listening, sys.stdin], [], [])
            if listening not in ready:
                return None
            asking, _ = listening.accept()
            with asking:
                if os.fork() == 0:
                    listening.close()
                    return _keep(asking)


def _keep(asking: socket.socket) -> Callable[[], object] | None:
    """Forks the program, and lives as long as it and as whoever asked."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    first, streams, _, _ = socket.recv_fds(asking, 1, 3)
    if not first:
        os._exit(0)
    told = json.loads(asking.makefile("r").readline())
    pid = os.fork()
    if pid == 0:
        asking.close()
        return _become(streams, **told)
    _follow(pid, asking)
    os._exit(0)


def _become(
    streams: list[int], program: str, argv: list[str], env: dict[str, str], cwd: str
) -> Callable[[], object]:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    module, _, name = program.partition(":")
    sys.argv = [program, *argv]
    return getattr(importlib.import_module(module), name)


def _follow(pid: int, asking: socket.socket) -> None:
    ended = os.pidfd_open(pid)
    asking.sendall(f"{pid}\n".encode())
    ready, _, _ = select.select([ended, asking], [], [])
    if ended not in ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        asking.sendall(f"{status}\n".encode())


if __name__ == "__main__":
    main()
