"""Private services for benchmarks, which are programs and so have no fixtures."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from pathlib import Path

from bot.bus.server import find
from tests.services import postgres as private

START_SECONDS = 10.0


@contextlib.contextmanager
def postgres() -> Generator[str]:
    binaries = private._binaries()  # pyright: ignore[reportPrivateUsage]
    if binaries is None:
        raise SystemExit("PostgreSQL is not here: scripts/ensure-commands postgres")
    with folder() as directory:
        server = private.PrivatePostgres(binaries, directory, free_port(), secrets.token_hex(8))
        owner = private._owner()  # pyright: ignore[reportPrivateUsage]
        os.chown(directory, *owner)
        try:
            server.make()
            server.start()
            yield server.url("postgres")
        finally:
            server.stop()


@contextlib.contextmanager
def nats() -> Generator[str]:
    port, monitor = free_port(), free_port()
    with folder() as directory:
        process = subprocess.Popen(
            [
                find(None),
                "-js",
                "-sd",
                str(directory),
                "-a",
                "127.0.0.1",
                "-p",
                str(port),
                "-m",
                str(monitor),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            answered(f"http://127.0.0.1:{monitor}/healthz", process, START_SECONDS)
            yield f"nats://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def answered(url: str, process: subprocess.Popen[bytes], within: float) -> None:
    """Returns as soon as it answers 200."""
    until = time.monotonic() + within
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, urllib.error.URLError), urllib.request.urlopen(url, timeout=within):
            return
        time.sleep(0.01)
    raise SystemExit(f"{url} did not answer within {within:g} s")


@contextlib.contextmanager
def folder() -> Generator[Path]:
    made = Path(tempfile.mkdtemp(prefix="redfirst-bench-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
