"""The base moves while a fix is made: it is proved again on the newest one, or people are told why not."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

import pytest

from tests.unit.fakes import running
from tests.unit.workflows.reviewed import BRANCH, Commits, Reviewed, by_name
from tests.unit.workflows.scene import BUG, FIXED
from tests.unit.workflows.trees import Killed, Process, patient
from workflows.engine.status import RunStatus
from workflows.errors import Who
from workflows.proof.statement import Proof
from workflows.trigger import Tenant


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    with patient():
        yield


class Moving(Commits):
    """Main has changed when it is looked at for the second time."""

    def __init__(self, changes: Mapping[str, str | None]) -> None:
        super().__init__()
        self.changes: Mapping[str, str | None] | None = changes
        self.archives: list[str] = []

    async def tarball(self, tenant: Tenant, sha: str) -> bytes:
        self.archives.append(sha)
        made = await super().tarball(tenant, sha)
        if self.changes is not None:
            self.main_moves(self.changes)
            self.changes = None
        return made


async def proof_of(scene: Reviewed) -> Proof:
    (proposed,) = await scene.outputs("propose")
    return Proof.model_validate_json(await scene.ports.blobs.get(proposed["proof"]))


async def test_a_base_that_moved_elsewhere_is_taken_and_all_of_it_is_seen_again() -> None:
    forge = Moving({"docs/new.md": "New.\n"})
    scene = await Reviewed(forge=forge).begin()
    assert await scene.go() is RunStatus.SUSPENDED
    assert forge.parents[forge.tips[BRANCH]] == forge.at_base
    assert forge.files_of[forge.tips[BRANCH]]["docs/new.md"] == "New.\n"
    proof = await proof_of(scene)
    assert (proof.base_sha, proof.head_sha) == (forge.at_base, forge.tips[BRANCH])
    assert (proof.red.runs, proof.green.runs, proof.suite.compared) == (3, 3, 1)


async def test_a_base_that_did_not_move_is_not_fetched_again() -> None:
    forge = Moving({})
    forge.changes = None
    scene = await Reviewed(forge=forge).begin()
    await scene.go()
    assert len(forge.archives) == 1


async def test_a_base_that_moved_where_the_fix_is_ends_the_run_with_the_file() -> None:
    forge = Moving({"shelf/pages.py": f"# Pages.\n{BUG}"})
    scene = await Reviewed(forge=forge).begin()
    assert await scene.go() is RunStatus.FAILED
    failure = await scene.failure()
    assert failure.who is Who.USER
    assert failure.sentence == (
        "main has changed while this was worked on, in shelf/pages.py, which the fix changes too"
    )
    assert BRANCH not in forge.tips


async def test_a_base_on_which_the_test_passes_shows_that_somebody_else_was_quicker() -> None:
    def judge(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        quicker = {"shelf/pages.py": FIXED} if "shelf/other.py" in files else {}
        return by_name({**files, **quicker}, wanted)

    forge = Moving({"shelf/other.py": "FIXED = True\n"})
    scene = await Reviewed(forge=forge, sandboxes=running(judge)).begin()
    assert await scene.go() is RunStatus.FAILED
    assert "so that the test shows nothing any more" in (await scene.failure()).sentence


async def test_killed_at_any_row_the_newest_base_is_proved_once() -> None:
    calm = await Reviewed(forge=Moving({"docs/new.md": "New.\n"})).begin()
    counting = Process(calm.store)
    await calm.go(counting)
    for at in range(1, counting.commits + 1):
        scene = await Reviewed(forge=Moving({"docs/new.md": "New.\n"})).begin()
        with pytest.raises(Killed):
            await scene.go(Process(scene.store, dies_at=at, after=True))
        scene.clock.now += 1_000
        await scene.go()
        assert scene.forge.tips == calm.forge.tips
        assert len(scene.model.asked) == len(calm.model.asked)
