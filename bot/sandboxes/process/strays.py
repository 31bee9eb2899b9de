"""Processes of a sandbox whose owner is gone, found by the host name that each was started with."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

_MARK = "--hostname"


def marked(name: str) -> list[str]:
    """The part of a command line by which `end` finds it again. Not a secret: code inside sees it."""
    return [_MARK, name]


async def end(name: str) -> bool:
    """Kills them all; False when some would not die."""

    def gone() -> bool:
        pids = _pids(name)
        for pid in pids:
            _kill(pid, name)
        return not pids

    return await until(gone, seconds=10)


async def until(condition: Callable[[], bool], *, seconds: float) -> bool:
    for _ in range(int(seconds / 0.05)):
        if await asyncio.to_thread(condition):
            return True
        await asyncio.sleep(0.05)
    return False


def _pids(name: str) -> list[int]:
    numbers = [int(entry) for entry in os.listdir("/proc") if entry.isdecimal()]  # noqa: PTH208
    return [pid for pid in numbers if _is_marked(pid, name)]


def _is_marked(pid: int, name: str) -> bool:
    with contextlib.suppress(OSError):
        return "\0".join(["", *marked(name), ""]).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _kill(pid: int, name: str) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        handle = os.pidfd_open(pid)
        try:
            # Asked again with the process in hand: the number may have gone to another in between.
            if _is_marked(pid, name):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)
