"""What a judge of ours saw of the JVMs that tests ran in, as a debugger sees it. Pure.

Reports are written by Maven, from what such a JVM tells it, to where that can write. So a test has passed
only where the judge saw JUnit say so; what else a report says, of tests that failed, it may say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workflows.proof.results import Outcome, TestResult
from workflows.proof.runners.packed import lines
from workflows.proof.runners.sealed import BadReport

NAMED = 10
"""How many classes a complaint names."""
_LINE = re.compile(r"(known|unknown|shadow|begun|passed|pending) (\d{1,9}) (.*)")


@dataclass(frozen=True, slots=True)
class Seen:
    told: Mapping[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])

    def of(self, what: str) -> Counter[str]:
        return self.told.get(what, Counter())

    @property
    def knows(self) -> bool:
        """A tool that it understands was there. Else nothing was seen, and nothing is sealed."""
        return bool(self.of("known"))


def read(seen: bytes) -> Seen:
    told: dict[str, Counter[str]] = {}
    for line in lines(seen):
        found = _LINE.fullmatch(line)
        if found is None:
            raise BadReport("the report is not one of ours")
        told.setdefault(found[1], Counter())[found[3]] += int(found[2])
    return Seen(told)


def objection(seen: Seen, tests: Iterable[TestResult], sources: Sequence[str]) -> str:
    """Why these tests cannot have run as is told; `tests` are called `class::name`."""
    shadows = [name for name in seen.of("shadow") if not any(f"/{name}/" in path for path in sources)]
    told = Counter(_group(test) for test in tests if test.outcome is Outcome.PASSED)
    passed, begun = seen.of("passed"), seen.of("begun")
    unseen = [name for name in told if name in begun and told[name] > passed[name]] if seen.knows else []
    if seen.knows and not unseen and told.total() > passed.total():
        unseen = sorted(told.keys() - passed.keys()) or ["some class"]
    said = {
        "classes of the project stand in for those of the test tool": shadows,
        "tests began and did not come to their end": [*seen.of("pending")],
        "more tests are told to have passed than were seen to": unseen,
    }
    return "; ".join(f"{what}: {', '.join(sorted(names)[:NAMED])}" for what, names in said.items() if names)


def _group(test: TestResult) -> str:
    return test.id.rpartition("::")[0] or test.id
