"""Who is delivered to: ours on both stores, its floors, and Probot in two ways, which keeps nothing."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.delivering.payload import SECRET
from tests.bench.delivering.server import ROOT, Server, server
from tests.bench.peers import installed
from tests.bench.services import free_port

OURS = {store: f"ours, kept in {store}" for store in ("SQLite", "PostgreSQL")}
DOOR = "floor, the same server that keeps nothing"
ECHO = "floor, a socket that answers 202"
PROBOT = "Probot, quiet, keeps nothing"
PROBOT_RUN = "Probot, as documented, keeps nothing"
REDFIRST = str(Path(sys.executable).with_name("redfirst"))


@dataclass(frozen=True, slots=True)
class Delivered:
    seconds: float
    p99: float
    cpu: float
    broker: float
    deliverer: float
    """CPU of whoever delivered: near the wall clock, it is that which was measured."""


@dataclass(frozen=True, slots=True)
class Field:
    servers: Sequence[Server]
    deliverer: subprocess.Popen[str]

    @property
    def versions(self) -> dict[str, str]:
        return {name: version for each in self.servers for name, version in each.versions.items()}

    def deliver(self, to: Server, at_once: int, count: int) -> Delivered:
        to.settle()
        cpu, broker = to.cpu(), to.cpu_of_children()
        said = self._ask(to.url, at_once, count)
        to.settle()
        return Delivered(
            said["seconds"], said["p99"], to.cpu() - cpu, to.cpu_of_children() - broker, said["cpu"]
        )

    def _ask(self, url: str, at_once: int, count: int) -> dict[str, float]:
        assert self.deliverer.stdin is not None
        assert self.deliverer.stdout is not None
        self.deliverer.stdin.write(json.dumps({"url": url, "at_once": at_once, "count": count}) + "\n")
        self.deliverer.stdin.flush()
        said = self.deliverer.stdout.readline()
        if not said:
            raise SystemExit(f"delivering to {url} ended with {self.deliverer.wait()}")
        return json.loads(said)


@contextlib.contextmanager
def field(home: Path, database: str) -> Generator[Field]:
    pins = installed.HERE / "probot"
    node, quiet = installed.node_with_peers(pins / "quiet.mjs", pins)
    _, documented = installed.node_with_peers(pins / "run.mjs", pins)
    python = (sys.executable, "-m")
    with contextlib.ExitStack() as stack:

        def begin(name: str, *command: str | Path, environment: Mapping[str, str] | None = None) -> Server:
            return stack.enter_context(server(name, command, home / f"{name}.log", environment))

        serve = (REDFIRST, "serve", "--port", "0", "--json")
        production = {**os.environ, "NODE_ENV": "production"}
        # Its output is its log, which goes to a file like ours.
        logging = ("sh", "-c", 'log="$1"; shift; exec "$@" 3>&1 >"$log"', "sh", home / "probot.log")
        servers = [
            begin(OURS["SQLite"], *serve, environment=_environment(home / "sqlite")),
            begin(
                OURS["PostgreSQL"],
                *serve,
                environment=_environment(home / "postgres", REDFIRST_DATABASE_URL=database),
            ),
            begin(DOOR, *python, "tests.bench.delivering.floors", "door"),
            begin(ECHO, *python, "tests.bench.delivering.floors", "echo"),
            begin(PROBOT, node, quiet, SECRET, environment=production),
            begin(PROBOT_RUN, *logging, node, documented, SECRET, str(free_port()), environment=production),
        ]
        deliverer = subprocess.Popen(
            [*python, "tests.bench.delivering.load"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(deliverer.communicate)
        stack.callback(deliverer.kill)
        yield Field(servers, deliverer)


def _environment(data: Path, **more: str) -> dict[str, str]:
    """`serve` as it is, but that others would work on what it takes in."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("REDFIRST_")}
    return {
        **ours,
        "REDFIRST_DATA_DIR": str(data),
        "REDFIRST_WEBHOOK_SECRET": SECRET,
        "REDFIRST_GITHUB_TOKEN": "none",
        "REDFIRST_GITHUB_API_URL": "http://127.0.0.1:9",
        "REDFIRST_SANDBOX": "process",
        "REDFIRST_ALLOW_PROCESS_SANDBOX": "true",
        "REDFIRST_WORKERS": "0",
        **more,
    }
