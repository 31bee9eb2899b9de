"""A small project with a bug, and all that the fix workflow meets on the way to a pull request, as fakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

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
from workflows.ports.all import Ports
from workflows.ports.effects import Effects
from workflows.ports.model import Turn
from workflows.project.allowance import Allowance
from workflows.proof.mode import WitnessMode
from workflows.trigger import Trigger
from workflows.verdicts import Review
from workflows.verdicts import Verdict as Said

# What holds with the bug, too.
EASY = "def test_it():\n    assert pages(10) == 1\n"
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


def bare(code: str) -> list[str]:
    """What it does: without blank lines and comments."""
    return [line for line in code.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def honest(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """What pytest would say of this little project."""
    fixed = bare(files.get("shelf/pages.py", "")) == bare(FIXED)
    found = {OLD: "passed" if "return 0" not in files["shelf/pages.py"] else RED}
    if "tests/test_new.py" in files:
        passes = fixed or files["tests/test_new.py"] == EASY
        found[NEW] = "passed" if passes else RED
    return {test: said for test, said in found.items() if not wanted or test.partition("::")[0] in wanted}


@dataclass
class Scene:
    forge: MemoryForge = field(default_factory=lambda: MemoryForge(FILES))
    clock: Clock = field(default_factory=Clock)
    plan: Sequence[Turn] = (PLAN,)
    author: Sequence[Turn] = (WRITE_TEST, TESTED)
    fixer: Sequence[Turn] = (WRITE_FIX, MENDED)
    witness: Sequence[Turn] = ()
    mode: WitnessMode = WitnessMode.OFF
    sandboxes: MemorySandboxes = field(default_factory=lambda: running(honest))
    effects: Effects | None = None

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock)
        self.model = ScriptedModel(plan=self.plan, author=self.author, witness=self.witness, fix=self.fixer)
        self.door = self.effects or door(self.forge, self.store)
        made = ports(self.model, self.sandboxes, forge=self.forge, effects=self.door)
        self.ports: Ports = replace(made, allowance=Allowance(witness=self.mode))
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
