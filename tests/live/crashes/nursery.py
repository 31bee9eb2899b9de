"""Forks a worker for each line that it is given, and says who began and who ended. Run as a program.

It imports once what is slow. So a life begins within a few hundredths of a second, and knows nothing but what
the store holds.
"""

from __future__ import annotations

import ctypes
import importlib
import logging
import os
import signal
import sys
import traceback

import stamina.instrumentation

from tests.live.crashes.life import Orders, live
from tests.live.crashes.trees import TREES
from workflows.engine.definition import digest

BEGUN, ENDED = "begun", "ended"

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def main() -> None:
    for slow in ("alembic.config", "alembic.command", "bot.store.postgres", "bot.store.sqlite"):
        importlib.import_module(slow)
    # Each life would load a library for people's eyes, only to print that a step is tried again.
    stamina.instrumentation.set_on_retry_hooks([])
    for tree in TREES:
        digest(tree)
    # Not only set: the default forgets what it was not told to wait for.
    signal.signal(signal.SIGCHLD, _tell_of_the_dead)
    for line in sys.stdin:
        orders = Orders.model_validate_json(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # nobody ends before they began
        child = os.fork()
        if child == 0:
            _begin(orders)
        _say(f"{BEGUN} {orders.who} {child}")
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


def _begin(orders: Orders) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    os.close(0)
    os.dup2(2, 1)  # what libraries print is not for whoever counts the dead
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s {orders.who} %(name)s: %(message)s")
    try:
        live(orders)
    finally:
        traceback.print_exc()
        os._exit(1)


def _tell_of_the_dead(*_: object) -> None:
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if child == 0:
            return
        _say(f"{ENDED} {child} {os.waitstatus_to_exitcode(status)}")


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
