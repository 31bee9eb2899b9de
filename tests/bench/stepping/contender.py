"""The outside of a contender: a process that stays warm, and runs its ten steps whenever it is asked to."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.peers.answering import Took

ROOT = Path(__file__).parents[3]
LAST_WORDS = 4_000


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    versions: Mapping[str, str]
    process: subprocess.Popen[str]
    log: Path

    def measure(self, at_once: int, runs: int) -> Took:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"at_once": at_once, "runs": runs}) + "\n")
        self.process.stdin.flush()
        return Took(**_answered(self.name, self.process, self.log))


@contextlib.contextmanager
def contender(
    name: str, command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None
) -> Generator[Contender]:
    """Started and warmed up when this begins, gone when it ends."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        said = _answered(name, process, log)
        yield Contender(name, said["versions"], process, log)
    finally:
        process.kill()
        process.communicate()


def _answered(name: str, process: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    assert process.stdout is not None
    # Peers may have words of their own to say on their output.
    for line in process.stdout:
        if line.startswith('{"answer"'):
            return json.loads(line)["answer"]
    code = process.wait()
    raise SystemExit(f"{name} ended with {code}:\n{log.read_text(errors='replace')[-LAST_WORDS:]}")
