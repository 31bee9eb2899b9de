"""Stands for a program that `warm_server` runs: its streams, its signals, its end. Standard library only."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from pathlib import Path


def main() -> None:
    place, program, *argv = sys.argv[1:]
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(place)
        told = json.dumps({"program": program, "argv": argv, "env": dict(os.environ), "cwd": str(Path.cwd())})
        socket.send_fds(server, [b"+"], [0, 1, 2])
        server.sendall(told.encode() + b"\n")
        answers = server.makefile("r")
        pid = int(answers.readline())
        for word in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(word, lambda number, _: os.kill(pid, number))
        # What is running when this is killed, is killed as well: the server sees the socket close.
        status = int(answers.readline() or signal.SIGKILL)
    if os.WIFSIGNALED(status):
        with contextlib.suppress(OSError):  # what cannot be handled needs no default
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
