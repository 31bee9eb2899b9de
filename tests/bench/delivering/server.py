"""A server that is delivered to: a process of its own that says its address, and what its CPU has done."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
LAST_WORDS = 4_000
QUIET_SECONDS = 0.2
PATIENCE_SECONDS = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    url: str
    pid: int
    versions: Mapping[str, str] = field(default_factory=dict[str, str])

    def cpu(self) -> float:
        """Seconds, of this process with all its threads."""
        return _cpu(self.pid)

    def cpu_of_children(self) -> float:
        """Seconds; ours has the broker for a child."""
        return sum(_cpu(child) for child in _children(self.pid))

    def settle(self) -> None:
        """Until it has nothing left to do: what was put off to after the answer is counted too."""
        until = time.monotonic() + PATIENCE_SECONDS
        before = self.cpu()
        while time.monotonic() < until:
            time.sleep(QUIET_SECONDS)
            now = self.cpu()
            if now - before <= 1 / _TICKS:
                return
            before = now


@contextlib.contextmanager
def server(
    name: str, command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None
) -> Generator[Server]:
    with log.open("wb") as errors:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said:
            raise SystemExit(f"{name} did not start:\n{log.read_text(errors='replace')[-LAST_WORDS:]}")
        told = json.loads(said)
        yield Server(name, told["url"], process.pid, told.get("versions", {}))
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
