"""A small project with a bug, and all that the fix workflow meets on the way to a pull request, as fakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.sandboxes.memory import MemorySandboxes
from bot.starting import new_run
from bot.store.memory import MemoryStore
from policies.effects import StartRun
from tests.unit.fakes import REPOSITORY, MemoryForge, ScriptedModel, calls, door, ports, running, trigger
from tests.unit.workflows.trees import Clock, Process
from workflows.engine import signals
from workflows.engine.advance import advance
from workflows.engine.entries import RunFailed
from workflows.engine.status import RunStatus
from workflows.errors import Failure
from workflows.fix import fix
from workflows.ports import Effects, Ports, Turn
from workflows.trigger import Trigger
from workflows.verdicts import Review
from workflows.verdicts import Verdict as Said

BUG, FIXED = "def pages(n):\n    return n // 10\n", "def pages(n):\n    return -(-n // 10)\n"
TEST = "def test_it():\n    assert pages(11) == 2\n"
FILES = {"shelf/pages.py": BUG, "tests/test_old.py": "def test_old(): ...\n"}
OLD, NEW = "tests/test_old.py::test_old", "tests/test_new.py::test_it"
RED = "def test_it():\n>   assert pages(11) == 2\nE   assert 1 == 2\n\ntests/test_new.py:2: AssertionError"

PLAN = calls(("submit", {"cause": "it rounds down", "test": "eleven need two", "fix": "round up"}))
WRITE_TEST = calls(("write_file", {"path": "tests/test_new.py", "content": TEST}))
WRITE_FIX = calls(("replace", {"path": "shelf/pages.py", "old": "n // 10", "new": "-(-n // 10)"}))
TESTED = calls(("submit", {"shows": "eleven need two pages"}))
MENDED = calls(("submit", {"summary": "It rounded down."}))


# Refused: it changes nothing.
WRONG = calls(("replace", {"path": "shelf/pages.py", "old": "n // 10", "new": "n // 10 + 0"}))


def honest(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """What pytest would say of this little project."""
    fixed = files.get("shelf/pages.py") == FIXED
    found = {OLD: "passed" if "return 0" not in files["shelf/pages.py"] else RED}
    if "tests/test_new.py" in files:
        passes = fixed or "assert True" in files["tests/test_new.py"]
        found[NEW] = "passed" if passes else RED
    return {test: said for test, said in found.items() if not wanted or test.partition("::")[0] in wanted}


@dataclass
class Scene:
    forge: MemoryForge = field(default_factory=lambda: MemoryForge(FILES))
    clock: Clock = field(default_factory=Clock)
    plan: Sequence[Turn] = (PLAN,)
    author: Sequence[Turn] = (WRITE_TEST, TESTED)
    fixer: Sequence[Turn] = (WRITE_FIX, MENDED)
    sandboxes: MemorySandboxes = field(default_factory=lambda: running(honest))
    effects: Effects | None = None

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock)
        self.model = ScriptedModel(plan=self.plan, author=self.author, fix=self.fixer)
        self.door = self.effects or door(self.forge, self.store)
        self.ports: Ports = ports(self.model, self.sandboxes, forge=self.forge, effects=self.door)
        self.run = ""

    async def begin(self, asked: Trigger | None = None) -> Scene:
        asked = asked or trigger()
        start = StartRun(key="s", repository=REPOSITORY, workflow="fix", subject=asked.subject)
        run, _ = await self.store.create_run(new_run(start, asked))
        self.run = run.id
        return self

    async def go(self, process: Process | None = None) -> RunStatus | None:
        return await advance(
            fix, self.run, store=process or self.store, ports=self.ports, worker="a", lease_seconds=30
        )

    async def reviewed(self, verdict: Said = Said.MERGED) -> RunStatus | None:
        answer = Review(verdict=verdict, by="reviewer")
        await signals.resume(self.store, fix, self.run, answer, by="reviewer", key="d2")
        return await self.go()

    async def failure(self) -> Failure:
        last = (await self.store.rows(self.run))[-1].entry
        assert isinstance(last, RunFailed), last
        return last.failure

    @property
    def sticky(self) -> str:
        return self.forge.comments["progress"].body
