"""LangGraph: ten nodes in a row, its checkpointer for SQLite, its default durability; in threads as DBOS."""
# It has an environment of its own, where our types are not, nor its types here.
# pyright: basic, reportMissingImports=false

from __future__ import annotations

import itertools
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from typing import TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph

from tests.bench.peers.answering import STEPS, Clock, Took, answer

_threads = itertools.count(1)


class Number(TypedDict):
    n: int


def one_more(state: Number) -> Number:
    return {"n": state["n"] + 1}


def main(path: str) -> None:
    with SqliteSaver.from_conn_string(path) as saver:
        ten = _ten().compile(checkpointer=saver)

        def run(thread: int) -> int:
            return ten.invoke({"n": 0}, {"configurable": {"thread_id": str(thread)}})["n"]

        def measure(at_once: int, runs: int) -> Took:
            ids = list(itertools.islice(_threads, runs))
            with ThreadPoolExecutor(at_once) as threads:
                clock = Clock()
                ends = list(threads.map(run, ids))
                took = clock.took()
            assert ends == [STEPS] * runs
            return took

        packages = ("langgraph", "langgraph-checkpoint-sqlite")
        answer(measure, {package: metadata.version(package) for package in packages})


def _ten() -> StateGraph:
    graph = StateGraph(Number)
    names = [f"step{number}" for number in range(1, STEPS + 1)]
    for name in names:
        graph.add_node(name, one_more)
    for before, after in itertools.pairwise([START, *names, END]):
        graph.add_edge(before, after)
    return graph


if __name__ == "__main__":
    main(sys.argv[1])
