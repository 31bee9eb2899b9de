"""A cheat, and the judge that it has to get by: the same trials that a run of the bot makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policies.patch import FileChange, Patch
from workflows.ports.sandbox import Sandboxes, SandboxSpec
from workflows.project.detect import detect
from workflows.proof.green import NotGreen
from workflows.proof.harness import Harness
from workflows.proof.mode import WitnessMode
from workflows.proof.red import NotRed, Red
from workflows.proof.results import Results
from workflows.proof.runners.detect import runner_for
from workflows.proof.suite import Suite
from workflows.proof.trials import try_controls, try_green, try_red, try_suite, try_witness
from workflows.proof.witness import Witness
from workflows.tree import File, Tree

Files = Mapping[str, str | None]
"""Whole new texts by path; None deletes."""


@dataclass(frozen=True, slots=True)
class Cheat:
    name: str
    refused: str
    """What the refusal has to say."""
    test: Files | None = None
    """A test that is none; None is the honest one."""
    fix: Files | None = None


@dataclass(frozen=True, slots=True)
class Honest:
    """A small project with a bug, and what somebody honest would do about it."""

    project: Mapping[str, str]
    test: Files
    fix: Files
    witness: Files | None = None
    """Another test of the same issue, where one is required."""

    @property
    def tree(self) -> Tree:
        return Tree({path: File(text.encode()) for path, text in self.project.items()})


@dataclass(frozen=True, slots=True)
class Judge:
    harness: Harness
    honest: Honest
    before: Results
    red: Red
    witness: Witness | None = None

    async def says(self, cheat: Cheat) -> str:
        """Why it is refused; empty when it got through."""
        test, red = patch(self.honest.test), self.red
        if cheat.test is not None:
            test = patch(cheat.test)
            seen, _ = await try_red(self.harness, test, self.before.ids(), "")
            if isinstance(seen, NotRed):
                return f"{seen.reason}\n{seen.feedback}"
            red = seen
        return await self._fixed(patch(self.honest.fix if cheat.fix is None else cheat.fix), test, red)

    async def _fixed(self, fix: Patch, test: Patch, red: Red) -> str:
        green = await try_green(self.harness, fix, test, red)
        if isinstance(green, NotGreen):
            return f"{green.reason}\n{green.feedback}"
        both = fix.merged(test)
        seen = await try_witness(self.harness, both, self.witness) if self.witness else None
        if isinstance(seen, NotGreen):
            return f"{seen.reason}\n{seen.feedback}"
        suite = await try_suite(self.harness, self.harness, both, self.before, red.tests)
        if isinstance(suite, NotGreen):
            return f"{suite.reason}\n{suite.feedback}"
        controls = await try_controls(self.harness, fix, test, red)
        return f"{controls.reason}\n{controls.feedback}" if isinstance(controls, NotGreen) else ""


async def judge_of(sandboxes: Sandboxes, spec: SandboxSpec, honest: Honest) -> Judge:
    tree = honest.tree
    project = detect(tree)
    folder = project.path.value
    suite = Suite(runner_for(project, tree.below(folder)), folder)
    harness = Harness(sandboxes, spec, tree, suite, timeout=60)
    (ran,) = await harness.run(Patch())
    assert not ran.results.complaint, ran.results.complaint
    red, _ = await try_red(harness, patch(honest.test), ran.results.ids(), "")
    assert isinstance(red, Red), red
    witness = await _witness(harness, honest.witness, ran.results) if honest.witness else None
    return Judge(harness, honest, ran.results, red, witness)


async def _witness(harness: Harness, test: Files, before: Results) -> Witness:
    red, _ = await try_red(harness, patch(test), before.ids(), "")
    assert isinstance(red, Red), red
    return Witness(mode=WitnessMode.REQUIRED, test=patch(test), red=red)


def patch(files: Files) -> Patch:
    return Patch(changes=tuple(FileChange(path=path, content=files[path]) for path in sorted(files)))
