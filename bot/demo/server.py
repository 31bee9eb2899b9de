"""`redfirst serve` as a child: the very program that people host, told by its environment where to look."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from workflows.errors import OperatorProblem

READY_SECONDS = 30.0


class _Ready(BaseModel):
    model_config = ConfigDict(extra="ignore")

    url: str


@contextlib.asynccontextmanager
async def server(environment: Mapping[str, str], data_dir: Path, log: Path) -> AsyncGenerator[str]:
    """Yields where it listens."""
    with log.open("wb") as sink:
        child = await asyncio.create_subprocess_exec(
            *_program(),
            "serve",
            "--port",
            "0",
            "--json",
            env={**os.environ, **environment, "REDFIRST_DATA_DIR": str(data_dir)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=sink,
        )
    try:
        yield await _url(child, log)
    finally:
        if child.returncode is None:
            child.terminate()
            try:
                await asyncio.wait_for(child.wait(), 10)
            except TimeoutError:
                child.kill()
                await child.wait()


async def _url(child: asyncio.subprocess.Process, log: Path) -> str:
    assert child.stdout is not None  # noqa: S101 - asked for above
    try:
        line = await asyncio.wait_for(child.stdout.readline(), READY_SECONDS)
        if not line:
            await child.wait()
        return _Ready.model_validate_json(line).url
    except (TimeoutError, ValidationError) as error:
        raise OperatorProblem(f"the server did not start: {_last_line(log)}") from error


def _last_line(log: Path) -> str:
    said = log.read_text(errors="replace").strip().splitlines()
    return f"{said[-1] if said else 'it said nothing'} (all of it is in {log})"


def _program() -> list[str]:
    """The console script beside this interpreter: `-m` would take packages from the working directory."""
    return [str(Path(sys.executable).with_name("redfirst"))]
