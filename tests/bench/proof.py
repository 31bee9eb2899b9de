"""`make bench-proof`: what the harness adds to the test runs that the rules require.

Ours is red, green, suite and controls, as a run of the bot makes them. Bare is the same runs, as many at a
time and in the same order, by the tool's own command in sandboxes that were filled before: nothing is judged.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.sandboxes.process.bare_python import bare_python
from policies.patch import FileChange, Patch
from tests.acceptance.projects import Project
from tests.bench.report import Report, Target, repeated, versions
from workflows.ports.sandbox import WORKSPACE, Sandbox, Sandboxes, SandboxSpec
from workflows.project.detect import detect
from workflows.proof.green import NotGreen
from workflows.proof.harness import Harness, Ran, fill
from workflows.proof.red import Red
from workflows.proof.results import Results
from workflows.proof.runners.detect import runner_for
from workflows.proof.suite import Suite
from workflows.proof.trials import SIDE_BY_SIDE, try_controls, try_green, try_red, try_suite
from workflows.tree import File, Tree

ROUNDS = 5
PROJECTS = ("slow_suite", "python_src_layout")
SPEC = SandboxSpec(run="bench")


@dataclass(frozen=True)
class Batch:
    """Runs that were made side by side."""

    tree: Tree
    files: tuple[str, ...]
    times: int


@dataclass(frozen=True)
class Watched(Harness):
    """The harness, which notes what it was asked to run."""

    seen: list[Batch] = field(default_factory=list[Batch])

    async def run(
        self, patch: Patch, files: Sequence[str] = (), *, times: int = 1, seed: int = 0, trace: bool = False
    ) -> list[Ran]:
        self.seen.append(Batch(self.tree.with_patch(patch), tuple(files), times))
        return await super().run(patch, files, times=times, seed=seed, trace=trace)


@dataclass
class Bench:
    name: str
    harness: Watched
    test: Patch
    fix: Patch
    before: Results
    sandboxes: Sandboxes

    @classmethod
    async def made(cls, name: str, sandboxes: Sandboxes) -> Bench:
        project = Project(name)
        contents = project.base
        tree = Tree({path: File(text.encode()) for path, text in contents.items()})
        found = detect(tree)
        suite = Suite(runner_for(found, tree.below(found.path.value)), found.path.value)
        harness = Watched(sandboxes, SPEC, tree, suite)
        (ran,) = await harness.run(Patch())
        return cls(name, harness, _patch(project.test), _patch(project.fix), ran.results, sandboxes)

    async def ours(self) -> float:
        self.harness.seen.clear()
        began = time.perf_counter()
        red, _ = await try_red(self.harness, self.test, self.before.ids(), "")
        assert isinstance(red, Red), red
        green = await try_green(self.harness, self.fix, self.test, red)
        assert not isinstance(green, NotGreen), green
        both = self.fix.merged(self.test)
        suite = await try_suite(self.harness, self.harness, both, self.before, red.tests)
        assert not isinstance(suite, NotGreen), suite
        controls = await try_controls(self.harness, self.fix, self.test, red)
        assert not isinstance(controls, NotGreen), controls
        return time.perf_counter() - began

    async def bare(self) -> float:
        """What `ours` has just run."""
        took, alone = 0.0, [batch for batch in self.harness.seen if batch.times > 1]
        singles = [batch for batch in self.harness.seen if batch.times == 1]
        # The first four of a single run come one after another: placebo, formatted, suite, taken back.
        for batch in [*alone, *singles[:4]]:
            took += await self._together([batch])
        for at in range(4, len(singles), SIDE_BY_SIDE):
            took += await self._together(singles[at : at + SIDE_BY_SIDE])
        return took

    async def _together(self, batches: Sequence[Batch]) -> float:
        boxes = [
            (
                await self._filled(batch),
                ["python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *batch.files],
            )
            for batch in batches
            for _ in range(batch.times)
        ]
        env = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": "src"}
        began = time.perf_counter()
        await asyncio.gather(*(box.exec(argv, timeout=120, env=env) for box, argv in boxes))
        took = time.perf_counter() - began
        for box, _ in boxes:
            await box.destroy()
        return took

    async def _filled(self, batch: Batch) -> Sandbox:
        box = await self.sandboxes.create(SPEC)
        await fill(box, batch.tree.pack(WORKSPACE))
        return box


def main() -> int:
    from bot.sandboxes.process.sandboxes import ProcessSandboxes

    with tempfile.TemporaryDirectory() as home, asyncio.Runner() as loop:
        python = bare_python(Path(home))
        sandboxes = ProcessSandboxes(
            Path(home) / "sandboxes", python_prefixes=[python, Path(sys.base_prefix)]
        )
        benches = [loop.run(Bench.made(name, sandboxes)) for name in PROJECTS]
        measures: dict[str, Callable[[], float]] = {}
        for bench in benches:
            measures[f"{bench.name}, harness"] = partial(_run, loop, bench.ours)
            measures[f"{bench.name}, bare"] = partial(_run, loop, bench.bare)
        samples = repeated(ROUNDS, measures)
        runs = {name.name: sum(batch.times for batch in name.harness.seen) for name in benches}
        loop.run(sandboxes.close())
    return Report(
        bench="proof",
        title="The proof: the harness, and the bare test runs that it makes",
        unit="s",
        samples=samples,
        ratios={f"{name}: harness to bare": (f"{name}, harness", f"{name}, bare") for name in PROJECTS},
        targets=[Target(f"{name}: harness to bare", 1.15) for name in PROJECTS],
        versions=versions("pytest"),
        beside={"test runs": {f"{name}, harness": str(count) for name, count in runs.items()}},
    ).finish()


def _run(loop: asyncio.Runner, measure: Callable[[], Awaitable[float]]) -> float:
    async def measured() -> float:
        return await measure()

    return loop.run(measured())


def _patch(written: Mapping[str, str]) -> Patch:
    return Patch(changes=tuple(FileChange(path=path, content=written[path]) for path in sorted(written)))


if __name__ == "__main__":
    sys.exit(main())
