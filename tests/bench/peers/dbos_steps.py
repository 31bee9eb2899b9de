"""DBOS: a workflow of ten steps at its defaults; side by side in threads, which was quicker than asyncio."""
# It has an environment of its own, where our types are not, nor its types here.
# pyright: basic, reportMissingImports=false

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata

from dbos import DBOS, DBOSConfig

from tests.bench.peers.answering import STEPS, Clock, Took, answer


@DBOS.step()
def one_more(n: int) -> int:
    return n + 1


@DBOS.workflow()
def ten(n: int) -> int:
    for _ in range(STEPS):
        n = one_more(n)
    return n


def main(url: str) -> None:
    DBOS(config=DBOSConfig(name="bench", system_database_url=url, log_level="ERROR"))
    DBOS.launch()
    answer(_measure, {"dbos": metadata.version("dbos")})


def _measure(at_once: int, runs: int) -> Took:
    with ThreadPoolExecutor(at_once) as threads:
        clock = Clock()
        ends = list(threads.map(ten, [0] * runs))
        took = clock.took()
    assert ends == [STEPS] * runs
    return took


if __name__ == "__main__":
    main(sys.argv[1])
