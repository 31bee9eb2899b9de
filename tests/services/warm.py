"""Programs of ours that begin at once: forked from a process that has imported what is slow.

Each is a process of its own with its own environment, folder, streams and end, as if it had been started;
only its imports are over, which take seconds of each `redfirst fix`. Tests of how it starts, start it
themselves.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLIENT = Path(__file__).with_name("warm_client.py")
REDFIRST = "bot.cli:main"
START_SECONDS = 120.0


def warm(program: str = REDFIRST) -> list[str]:
    """What to put before its arguments; `program` is the module and the function that a script would call."""
    # Isolated and without site: it only hands on, and shall take no time.
    return [sys.executable, "-ISs", str(CLIENT), str(_server()), program]


@functools.cache
def _server() -> Path:
    """One for all tests of this process."""
    place = Path(tempfile.mkdtemp(prefix="redfirst-warm-")) / "socket"
    # It ends when nobody holds the other end of its input any more.
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.services.warm_server", str(place)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(_end, server, place)
    until = time.monotonic() + START_SECONDS
    while not _answers(place):
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError("what is slow could not be imported")
        time.sleep(0.02)
    return place


def _answers(place: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(place))
        return True
    return False


def _end(server: subprocess.Popen[bytes], place: Path) -> None:
    assert server.stdin
    server.stdin.close()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    shutil.rmtree(place.parent, ignore_errors=True)
