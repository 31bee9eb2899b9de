"""A private NATS server for a test, on a free port, in a directory that goes away."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from bot.bus.port import BusUnavailable
from bot.bus.server import find
from tests.services.child import until_we_die
from tests.services.need import need

START_SECONDS = 10.0


class _Ports(BaseModel):
    nats: list[str]


@pytest.fixture(scope="session")
def nats_binary() -> str:
    return need("nats-server", _binary(), "uv sync")


@pytest.fixture
def nats_url(nats_binary: str) -> Generator[str]:
    """A server for one test: it starts faster than another test's streams can be removed."""
    directory = Path(tempfile.mkdtemp(prefix="redfirst-nats-"))
    process = subprocess.Popen(
        [
            *until_we_die("KILL"),
            *(nats_binary, "-js", "-sd", str(directory), "-a", "127.0.0.1", "-p", "-1"),
            *("--ports_file_dir", str(directory)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield _address(directory, process)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(directory, ignore_errors=True)


def _binary() -> str | None:
    try:
        return find(None)
    except BusUnavailable:
        return None


def _address(directory: Path, process: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        for ports in directory.glob(f"*_{process.pid}.ports"):
            with contextlib.suppress(ValidationError):  # not yet written to its end
                return _Ports.model_validate_json(ports.read_bytes()).nats[0]
        time.sleep(0.01)
    raise RuntimeError("nats-server did not start")
