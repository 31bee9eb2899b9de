"""The baseline: a base is measured once, and anew where anything that its results depend on is another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Mapping, Sequence

import pytest

from bot.baselines import MemoryBaselines
from bot.blobs import MemoryBlobs
from bot.sandboxes.memory import MemorySandboxes
from tests.unit.fakes import MemoryForge, running
from tests.unit.workflows.scene import FILES, NEW, OLD, Scene, honest
from tests.unit.workflows.trees import patient
from workflows.engine.status import RunStatus
from workflows.ports.all import Ports
from workflows.ports.sandbox import ExecResult, Limits, SandboxSpec
from workflows.proof.harness import Harness
from workflows.proof.runners.cargo import Cargo
from workflows.proof.runners.configured import Configured
from workflows.proof.runners.pytest import Pytest
from workflows.proof.runners.unittest import Unittest
from workflows.proof.suite import Suite
from workflows.steps.baseline import baseline_key
from workflows.tree import File, Tree

TREE = Tree({"shelf.py": File(b"x"), "api/a.py": File(b"y")})


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    with patient():
        yield


class Counted:
    """How often the whole suite was run, without the new test and with it."""

    def __init__(self) -> None:
        self.bare = 0
        self.with_test = 0
        self.sandboxes = running(self._judge)

    def _judge(self, files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        said = honest(files, wanted)
        if not wanted:
            self.bare += NEW not in said
            self.with_test += NEW in said
        return said


async def fixed(counted: Counted, like: Ports | None = None, files: Mapping[str, str] = FILES) -> Scene:
    scene = Scene(forge=MemoryForge(files), sandboxes=counted.sandboxes)
    if like is not None:
        scene.ports = dataclasses.replace(scene.ports, baselines=like.baselines, blobs=like.blobs)
    await scene.begin()
    assert await scene.go() is RunStatus.SUSPENDED
    return scene


async def test_a_run_measures_its_base_once() -> None:
    counted = Counted()
    await fixed(counted)
    assert (counted.bare, counted.with_test) == (1, 1)


async def test_a_second_run_on_the_same_base_runs_the_suite_only_with_its_fix() -> None:
    counted = Counted()
    first = await fixed(counted)
    second = await fixed(counted, first.ports)
    assert (counted.bare, counted.with_test) == (1, 2)
    assert first.sticky.replace(first.run, second.run) == second.sticky


async def test_one_byte_more_is_another_base() -> None:
    counted = Counted()
    first = await fixed(counted)
    await fixed(counted, first.ports, {**FILES, "README.md": "."})
    assert counted.bare == 2


async def test_what_was_pruned_is_measured_once_more() -> None:
    counted = Counted()
    first = await fixed(counted)
    blobs, kept = first.ports.blobs, first.ports.baselines
    assert isinstance(blobs, MemoryBlobs)
    assert isinstance(kept, MemoryBaselines)
    (digest,) = kept.kept.values()
    del blobs.kept[digest]
    await fixed(counted, first.ports)
    assert counted.bare == 2


async def test_it_is_not_measured_again_where_its_blob_is_lost_while_the_run_goes_on() -> None:
    """It is, once for whoever needs it: the run does not end for that."""
    counted = Counted()
    scene = Scene(sandboxes=counted.sandboxes)

    class Forgetful(MemoryBlobs):
        async def get(self, digest: str) -> bytes:
            content = await super().get(digest)
            if content.startswith(b'{"results"'):
                self.kept.pop(digest)
            return content

    scene.ports = dataclasses.replace(scene.ports, blobs=Forgetful())
    await scene.begin()
    assert await scene.go() is RunStatus.SUSPENDED
    assert counted.bare == 2  # what the test is judged by, and then the suite


async def test_tests_that_do_not_run_are_not_kept() -> None:
    sandboxes = running(honest)
    broken = ExecResult(code=4, stderr="usage")
    sandboxes.on_exec(lambda argv, files, stdin, env: None if argv[0] == "tar" else broken)
    scene = await Scene(sandboxes=sandboxes).begin()
    assert await scene.go() is RunStatus.FAILED
    assert isinstance(scene.ports.baselines, MemoryBaselines)
    assert scene.ports.baselines.kept == {}


async def test_where_something_is_worse_it_is_run_again_on_both_sides() -> None:
    """A test that fails the first time only, with the fix, is flaky and does not block."""
    seen: list[str] = []

    def judge(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        said = honest(files, wanted)
        if wanted:
            return said
        seen.append("with" if NEW in said else "without")
        if seen.count("with") == 1 and NEW in said:
            said[OLD] = "E   boom\n\ntests/test_old.py:1: AssertionError"
        return said

    scene = await Scene(sandboxes=running(judge)).begin()
    assert await scene.go() is RunStatus.SUSPENDED
    assert (seen.count("without"), seen.count("with")) == (3, 3)
    (pull,) = scene.forge.pulls.values()
    assert f"Flaky, and not counted: `{OLD}`." in pull.body


# --- what a base is -------------------------------------------------------------------------------------


def harness(sandboxes: MemorySandboxes | None = None) -> Harness:
    spec = SandboxSpec(run="r1", image="python:3.12", environment="env-1")
    return Harness(sandboxes or MemorySandboxes(), spec, TREE, Suite(Pytest()), (".venv/bin",))


Another = Callable[[Harness], Harness]


def spec(**changed: object) -> Another:
    return lambda on: dataclasses.replace(on, spec=on.spec.model_copy(update=changed))


def tree(files: Mapping[str, File], links: Mapping[str, str] | None = None) -> Another:
    return lambda on: on.on(Tree(files, links or {}))


def suite(of: Suite) -> Another:
    return lambda on: dataclasses.replace(on, suite=of)


def no_programs(on: Harness) -> Harness:
    return dataclasses.replace(on, programs=())


@pytest.mark.parametrize(
    "another",
    [
        spec(image="python:3.13"),
        spec(environment="env-2"),
        spec(limits=Limits(memory_bytes=1)),
        tree({**TREE.files, "shelf.py": File(b"xx")}),
        tree({**TREE.files, "shelf.py": File(b"x", executable=True)}),
        tree(TREE.files, {"link": "shelf.py"}),
        suite(Suite(Pytest(), "api")),
        suite(Suite(Unittest())),
        suite(Suite(Configured("make check", "a.xml"))),
        no_programs,
    ],
    ids=[
        *("image", "environment", "limits", "byte", "mode", "link"),
        *("folder", "runner", "configured", "programs"),
    ],
)
def test_whatever_the_results_depend_on_makes_another_base(another: Another) -> None:
    assert baseline_key(another(harness())) != baseline_key(harness())


def test_the_same_runner_with_another_command_makes_another_base() -> None:
    one, other = Suite(Configured("make check", "a.xml")), Suite(Configured("make test", "a.xml"))
    keys = {baseline_key(dataclasses.replace(harness(), suite=suite)) for suite in (one, other)}
    assert len(keys) == 2
    everywhere = (Suite(Cargo(())), Suite(Cargo(("--all-features",))))
    assert len({baseline_key(dataclasses.replace(harness(), suite=suite)) for suite in everywhere}) == 2


@pytest.mark.parametrize("same", [spec(run="r2"), spec(tenant="octo/other")], ids=["run", "tenant"])
def test_whose_run_it_is_makes_none(same: Another) -> None:
    assert baseline_key(same(harness())) == baseline_key(harness())
