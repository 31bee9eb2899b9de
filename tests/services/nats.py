"""A private NATS server for a test, on a free port, in a directory that goes away."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from bot.bus.port import BusUnavailable
from bot.bus.server import find
from tests.services.child import until_we_die
from tests.services.need import need

START_SECONDS = 10.0

JETSTREAM = "jetstream { store_dir: %(store)s }"


class _Ports(BaseModel):
    nats: list[str]


@dataclass
class PrivateNats:
    """`settings` are lines of its configuration, with `%(store)s` for where it may keep things."""

    binary: str
    directory: Path
    settings: str = JETSTREAM
    url: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def store(self) -> Path:
        return self.directory / "store"

    def start(self) -> None:
        """Where it was before, once it has been somewhere."""
        self.directory.mkdir(parents=True, exist_ok=True)
        config = self.directory / "nats-server.conf"
        config.write_text(
            f'listen: "{self.url.removeprefix("nats://") or "127.0.0.1:-1"}"\n'
            f'ports_file_dir: "{self.directory}"\n'
            f"{self.settings % {'store': self.store}}\n"
        )
        self.process = subprocess.Popen(
            [*until_we_die("KILL"), self.binary, "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.url = _address(self.directory, self.process)

    def stop(self, word: signal.Signals = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(word)
            self.process.wait()
            self.process = None


@pytest.fixture(scope="session")
def nats_binary() -> str:
    return need("nats-server", _binary(), "uv sync")


@pytest.fixture
def start_nats(nats_binary: str) -> Generator[Callable[..., PrivateNats]]:
    """Servers for one test: they start faster than another test's streams can be removed."""
    base = Path(tempfile.mkdtemp(prefix="redfirst-nats-"))
    started: list[PrivateNats] = []

    def start(settings: str = JETSTREAM) -> PrivateNats:
        server = PrivateNats(nats_binary, base / str(len(started)), settings)
        started.append(server)
        server.start()
        return server

    try:
        yield start
    finally:
        for server in started:
            server.stop()
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def nats_server(start_nats: Callable[..., PrivateNats]) -> PrivateNats:
    return start_nats()


@pytest.fixture
def nats_url(nats_server: PrivateNats) -> str:
    return nats_server.url


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
