"""What a run begins with: the project that was detected, or a sentence about why it cannot be worked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tests.unit.fakes import MemoryForge, running, trigger
from tests.unit.workflows.scene import FILES, Scene
from workflows.case import Case
from workflows.engine.entries import StepCompleted
from workflows.engine.status import RunStatus
from workflows.ports.sandbox import ExecResult
from workflows.project.allowance import Allowance
from workflows.project.model import Project, Stack
from workflows.trigger import Trigger

MORE = {"pyproject.toml": '[project]\nname = "shelf"\n', "uv.lock": ""}


def asked(*options: tuple[str, str]) -> Trigger:
    return trigger().model_copy(update={"options": options})


def line(
    argv: Sequence[str], files: dict[str, bytes], stdin: bytes, env: Mapping[str, str]
) -> ExecResult | None:
    """A line of set-up, which here succeeds unless it is `false`."""
    if len(argv) != 3 or argv[0] != "sh":
        return None
    return ExecResult(code=int(argv[2] == "false"), stderr="it said why")


async def prepared(files: dict[str, str], *options: tuple[str, str]) -> Scene:
    scene = Scene(forge=MemoryForge({**FILES, **files}))
    scene.sandboxes.on_exec(line)
    await scene.begin(asked(*options))
    await scene.go()
    return scene


async def project_of(scene: Scene) -> Project:
    for row in await scene.store.rows(scene.run):
        if isinstance(row.entry, StepCompleted) and row.entry.path == "fix/prepare":
            return Case.model_validate(row.entry.output).project
    raise AssertionError


async def test_what_was_detected_is_kept_and_shown() -> None:
    scene = await prepared(MORE)
    project = await project_of(scene)
    assert (project.stack, project.setup.value) == (
        Stack.PYTHON,
        ("uv sync --locked", "uv pip install pytest"),
    )
    assert any("Detected: Python with uv" in comment.body for comment in scene.forge.edits)


async def test_what_was_said_after_the_command_wins() -> None:
    scene = await prepared(MORE, ("setup", "make deps"), ("test", "pytest -q"))
    project = await project_of(scene)
    assert (project.setup.value, project.setup.source) == (("make deps",), "a comment by @maintainer")
    assert project.test.value == "pytest -q"


async def test_what_a_repository_asks_for_is_held_against_what_the_operator_allows() -> None:
    files = {**MORE, ".github/redfirst.yml": "hosts: [a.example.org, b.example.org]\n"}
    scene = Scene(forge=MemoryForge({**FILES, **files}))
    scene.sandboxes.on_exec(line)
    scene.ports = replace(scene.ports, allowance=Allowance(hosts=("a.example.org",)))
    await scene.begin()
    await scene.go()
    (setup,) = scene.sandboxes.set_ups.values()
    assert set(setup.hosts) == {"pypi.org", "files.pythonhosted.org", "a.example.org"}
    assert any("may not talk to b.example.org" in comment.body for comment in scene.forge.edits)


async def test_a_set_up_that_fails_says_what_was_detected_and_how_to_put_it_right() -> None:
    failure = await (await prepared(MORE, ("setup", "false"))).failure()
    assert "false" in failure.sentence
    assert "set up by `false` (a comment by @maintainer)" in failure.feedback
    assert failure.feedback.endswith('--setup="…" --test="…" --path="…"')


async def test_a_stack_without_a_runner_is_told_what_was_detected() -> None:
    scene = await prepared({"package.json": '{"scripts": {"test": "ava"}}', "package-lock.json": "{}"})
    failure = await scene.failure()
    assert failure.sentence.startswith("no test runner fits a project of Node, which is tested by `npm test`")
    assert "say with `test` and `junit` in .github/redfirst.yml" in failure.sentence
    assert "set up by `npm ci` (package-lock.json), tested by `npm test` (package.json)" in failure.feedback
    assert failure.feedback in scene.sticky


async def test_whoever_says_that_pytest_tests_it_is_believed() -> None:
    scene = await prepared({"package.json": "{}"}, ("test", "pytest"))
    assert (await scene.store.run(scene.run)).status is RunStatus.SUSPENDED


async def test_tests_that_do_not_run_say_what_was_detected() -> None:
    scene = Scene(sandboxes=running(lambda files, wanted: {}))
    scene.forge.files.clear()
    scene.forge.files["README.md"] = ""
    await scene.begin()
    await scene.go()
    failure = await scene.failure()
    assert failure.sentence.startswith("no test runner fits this project")
    assert "Detected: nothing that is known" in failure.feedback


async def test_a_wrong_file_of_settings_ends_the_run_with_its_line() -> None:
    failure = await (await prepared({".github/redfirst.yml": "tset: x\n"})).failure()
    assert failure.sentence == ".github/redfirst.yml: line 1: `tset` is no key; did you mean `test`?"


async def test_one_of_several_projects_is_asked_for() -> None:
    files = {"api/pyproject.toml": "", "web/package.json": "{}"}
    failure = await (await prepared(files)).failure()
    assert failure.sentence.startswith(
        "there are 2 projects in this repository: api, web. Say which is meant"
    )
    assert (await project_of(await prepared(files, ("path", "api")))).path.value == "api"
