"""What a project depends on is set up once, before its tests, and all its commands run where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.sandboxes.memory import MemorySandboxes
from tests.unit.fakes import MemoryForge, running, trigger
from tests.unit.workflows.scene import FILES, Scene, honest
from workflows.engine.entries import Recorded
from workflows.engine.status import RunStatus
from workflows.ports.sandbox import ExecResult, SandboxSpec, SetUp
from workflows.project.allowance import Allowance

NEEDS = {**FILES, "requirements.txt": "certifi==2024.2.2\n"}
PLACED = 'cd -- "$0" && PATH="$1$PATH" && export PATH && shift && exec "$@"'


@dataclass
class Machines:
    """Where set-ups work, or do not, and programs are found where they left them."""

    broken: str = ""
    paths: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Where commands ran, and the folders that they looked for programs in first."""
    specs: list[SandboxSpec] = field(default_factory=list[SandboxSpec])

    def __post_init__(self) -> None:
        self.sandboxes = running(honest)
        self.sandboxes.on_exec(self._shell)

    def _shell(
        self, argv: Sequence[str], files: dict[str, bytes], stdin: bytes, env: Mapping[str, str]
    ) -> ExecResult | None:
        match list(argv):
            case ["sh", "-c", line, folder, path, *_] if line == PLACED:
                self.paths.add((folder, path))
                return None
            case ["sh", "-c", _]:
                return ExecResult(code=1, stderr=self.broken) if self.broken else ExecResult(code=0)
            case _:
                return None


async def ran(
    files: Mapping[str, str],
    *,
    machines: Machines | None = None,
    allowance: Allowance | None = None,
    options: Sequence[tuple[str, str]] = (),
) -> Scene:
    scene = Scene(forge=MemoryForge(files), sandboxes=(machines or Machines()).sandboxes)
    scene.ports = replace(scene.ports, allowance=allowance or Allowance())
    await scene.begin(trigger().model_copy(update={"options": tuple(options)}))
    await scene.go()
    return scene


def set_ups(sandboxes: MemorySandboxes) -> list[SetUp]:
    return list(sandboxes.set_ups.values())


async def status(scene: Scene) -> RunStatus:
    return (await scene.store.run(scene.run)).status


async def test_a_project_that_needs_nothing_is_not_set_up() -> None:
    scene = await ran(FILES)
    assert await status(scene) is RunStatus.SUSPENDED
    assert set_ups(scene.sandboxes) == []


async def test_what_a_project_needs_is_set_up_once_for_all_its_sandboxes() -> None:
    machines = Machines()
    scene = await ran(NEEDS, machines=machines)
    assert await status(scene) is RunStatus.SUSPENDED
    (made,) = set_ups(scene.sandboxes)
    assert any("requirements.txt" in line for line in made.commands)
    assert {"pypi.org", "files.pythonhosted.org"} <= set(made.hosts)


async def test_its_programs_are_found_before_those_of_the_image() -> None:
    machines = Machines()
    await ran(NEEDS, machines=machines)
    assert machines.paths == {("/workspace/", "/workspace/.venv/bin:")}


async def test_what_whoever_asked_says_counts_more_than_what_was_found() -> None:
    scene = await ran(NEEDS, options=[("setup", "make deps")])
    (made,) = set_ups(scene.sandboxes)
    assert made.commands == ("make deps",)


async def test_a_host_that_the_operator_did_not_allow_is_not_opened() -> None:
    config = {".github/redfirst.yml": "setup: make deps\nhosts: [packages.example.org]\n"}
    (refused,) = set_ups((await ran({**FILES, **config})).sandboxes)
    assert refused.hosts == ()
    allowed = Allowance(hosts=("*.example.org",))
    (granted,) = set_ups((await ran({**FILES, **config}, allowance=allowed)).sandboxes)
    assert granted.hosts == ("packages.example.org",)


async def test_the_network_is_opened_through_the_door() -> None:
    scene = await ran(NEEDS)
    values = [row.entry.value for row in await scene.store.rows(scene.run) if isinstance(row.entry, Recorded)]
    opened = [value for value in values if isinstance(value, dict) and value.get("kind") == "OpenNetwork"]
    assert opened
    assert all(value["refused"] is None for value in opened)


async def test_a_set_up_that_fails_says_how_to_put_it_right() -> None:
    scene = await ran(NEEDS, machines=Machines(broken="no such package"))
    assert await status(scene) is RunStatus.FAILED
    assert "no such package" in scene.sticky
    assert '--setup="…"' in scene.sticky
