"""Who is measured: ours and its floors, which take turns often, and the peers, which take longer."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.bench.peers import installed
from tests.bench.stepping.contender import Contender, contender

OURS = {store: f"ours, {store}" for store in ("SQLite", "PostgreSQL")}
ALONE = {store: f"floor, one commit a step, {store}" for store in OURS}
FLOOR = {store: f"floor, {store}" for store in OURS}
DBOS = {store: f"DBOS, {store}" for store in OURS}
LANGGRAPH = "LangGraph, SQLite"
MASTRA = "Mastra, LibSQL"


@dataclass(frozen=True, slots=True)
class Field:
    """All of them, warm, each with a database of its own on the same disk and the same server."""

    ours: Sequence[Contender]
    peers: Sequence[Contender]

    @property
    def versions(self) -> dict[str, str]:
        return {name: version for peer in self.peers for name, version in peer.versions.items()}


@contextlib.contextmanager
def field(home: Path, server: str) -> Generator[Field]:
    peers = installed.python_with_peers()
    node, mastra = installed.node_with_peers(installed.HERE / "mastra_steps.mjs")
    with contextlib.ExitStack() as stack:

        def begin(name: str, *command: str | Path) -> Contender:
            log = home / f"{name}.log"
            return stack.enter_context(contender(name, command, log))

        def begin_all(store: str) -> list[Contender]:
            url = {
                name: f"sqlite:///{home / name}.db" if store == "SQLite" else _database(server, name)
                for name in ("ours", "alone", "group")
            }
            python = (sys.executable, "-m")
            return [
                begin(OURS[store], *python, "tests.bench.stepping.ours", url["ours"]),
                begin(ALONE[store], *python, "tests.bench.stepping.floor", url["alone"], "alone"),
                begin(FLOOR[store], *python, "tests.bench.stepping.floor", url["group"], "group"),
            ]

        dbos = (peers, "-m", "tests.bench.peers.dbos_steps")
        graph = (peers, "-m", "tests.bench.peers.langgraph_steps")
        shared = _database(server, "dbos").replace("postgresql:", "postgresql+psycopg:")
        yield Field(
            ours=[each for store in OURS for each in begin_all(store)],
            peers=[
                begin(DBOS["SQLite"], *dbos, f"sqlite:///{home / 'dbos.db'}"),
                begin(DBOS["PostgreSQL"], *dbos, shared),
                begin(LANGGRAPH, *graph, home / "langgraph.db"),
                begin(MASTRA, node, mastra, home / "mastra.db"),
            ],
        )


def _database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{server.rpartition('/')[0]}/{name}"
