"""A command from its beginning to its end: asked for by a file, told of in frames, stopped by its name."""

# What it works on are descriptors and mounts, and it is loaded for each command: no pathlib.
# ruff: noqa: PTH101, PTH108, PTH110, PTH123
from __future__ import annotations

import json
import os
import select
import signal
import time
from typing import Any

from . import kernel, places, world
from .frames import CHUNK, Stream, end


def run(nonce: str) -> None:
    with open(f"{places.INBOX}/{nonce}.job", encoding="utf-8") as file:
        job = json.load(file)
    os.unlink(file.name)
    stdin = _stdin(nonce)
    began = time.monotonic()
    # Should whoever listens to us go away without a word, this ends us, and with us all that we began.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, job["seconds"] + 30)
    note = os.open(places.at("jobs", nonce + ".pid"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(note, b"%d " % os.getpid())
    if os.path.exists(places.at("jobs", nonce + ".stop")):
        return
    kernel.prefer(-900)
    oom = kernel.ooms()
    (out, out_end), (err, err_end), (status, status_end) = os.pipe(), os.pipe(), os.pipe()
    mapped, mapped_end = os.pipe()
    ready, ready_end = os.pipe()
    for writable in (out_end, err_end):
        # So that the command may open /dev/stdout anew.
        os.fchown(writable, places.USER, places.USER)
    child = os.fork()
    if child == 0:
        ends = (out_end, err_end, status_end)
        world.guarded(lambda: world.enclose(job, note, stdin, ends, ready_end, mapped), status_end)
    for fd in (out_end, err_end, status_end, ready_end, mapped, stdin):
        os.close(fd)
    if os.read(ready, 1):
        for name in ("uid_map", "gid_map"):
            with open(f"/proc/{child}/{name}", "w", encoding="ascii") as file:
                file.write(f"0 0 1\n{places.USER} {places.USER} 1\n")
        os.write(mapped_end, b"m")
    streams = {out: Stream("o", job["keep"], job["all"]), err: Stream("e", job["keep"], job["all"])}
    ended, timed_out = _collect(streams, status, child, began + job["seconds"])
    dropped = [stream.finish() for stream in streams.values()]
    os.unlink(places.at("jobs", nonce + ".pid"))
    end(
        **ended,
        timed_out=timed_out,
        seconds=time.monotonic() - began,
        dropped=dropped,
        oom=kernel.ooms() > oom,
    )


def _collect(
    streams: dict[int, Stream], status: int, child: int, deadline: float
) -> tuple[dict[str, Any], bool]:
    """Until nobody holds any of the pipes, which is when the last process of the command is gone."""
    said, timed_out, open_ones = b"", False, {*streams, status}
    while open_ones:
        left = deadline - time.monotonic()
        if left <= 0 and not timed_out:
            timed_out, deadline = True, time.monotonic() + 5
            os.kill(child, signal.SIGKILL)
            continue
        if left <= 0:
            break
        for fd in select.select(list(open_ones), [], [], min(left, 3600))[0]:
            chunk = os.read(fd, CHUNK)
            if not chunk:
                open_ones.discard(fd)
            elif fd == status:
                said += chunk
            else:
                streams[fd].feed(chunk)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if timed_out:
        return {"code": None}, True
    return (json.loads(said) if said else {"broken": "the command's supervisor was killed"}), False


def _stdin(nonce: str) -> int:
    where = f"{places.INBOX}/{nonce}.in"
    if not os.path.exists(where):
        return os.open(os.devnull, os.O_RDONLY)
    # Opened anew by name, as /dev/stdin, it must be readable for the command.
    os.chmod(where, 0o444)
    fd = os.open(where, os.O_RDONLY)
    os.unlink(where)
    return fd


def stop(nonce: str) -> None:
    """Ends a command that was begun, or keeps it from beginning."""
    open(places.at("jobs", nonce + ".stop"), "w", encoding="ascii").close()
    deadline = time.monotonic() + 8
    pids = _pids(nonce)
    while [pid for pid in pids if _kill(pid)]:
        if time.monotonic() > deadline:
            end(code=1)
            return
        time.sleep(0.02)
    end(code=0)


def _pids(nonce: str) -> list[int]:
    try:
        with open(places.at("jobs", nonce + ".pid"), encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]
    except FileNotFoundError:
        return []


def _kill(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            state = file.read().rpartition(")")[2].split()[0]
        if state not in "ZX":
            os.kill(pid, signal.SIGKILL)
            return True
    except (FileNotFoundError, ProcessLookupError):
        pass
    return False
