"""A worker killed before and after every commit of a run: the run comes to what it would have come to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.live.crashes.ground import Ground, at_work, ground_at, store_url
from tests.live.crashes.judge import faults, repeats
from tests.live.crashes.ledger import What
from tests.live.crashes.life import AFTER, BEFORE, Orders
from tests.live.crashes.soak import SOAK
from tests.services.nats import PrivateNats

WORKERS = 4
PATIENCE_SECONDS = 240.0


@pytest.fixture
async def ground(
    request: pytest.FixtureRequest, tmp_path: Path, start_nats: Callable[..., PrivateNats]
) -> AsyncGenerator[Ground]:
    orders = Orders(
        who="",
        store=store_url(request.param, tmp_path, request),
        bus=start_nats().url,
        ledger=str(tmp_path / "ledger"),
        # More than there are workers, since who was killed holds its run for a while. Not all at once, since
        # each is announced with every sweep.
        per_tenant=8,
        lease_seconds=0.6,
        sweep_seconds=0.2,
    )
    async with ground_at(tmp_path, orders) as made:
        yield made


def kills_of(ground: Ground, run: str) -> list[str]:
    """Before and after each commit, by the last entry in it: notes are often written with what comes next."""
    commits = [line.place for line in ground.ledger.lines() if line.run == run and line.what is What.KEPT]
    lasting = [commit for commit in commits if not commit.startswith("step.started")]
    return [f"{when} {commit}" for commit in lasting for when in (BEFORE, AFTER)]


@pytest.mark.parametrize("ground", ["sqlite", "postgresql"], indirect=True)
async def test_killed_before_or_after_any_commit_a_run_comes_to_the_same(ground: Ground) -> None:
    async with at_work(ground, WORKERS):
        plain = await ground.start(0)
        await ground.all_end(30)
        kills = kills_of(ground, plain)
        assert len(kills) > 80
        runs = {f"crashed-{at}": kill for at, kill in enumerate(kills, start=1)}
        for at, (run, kill) in enumerate(runs.items(), start=1):
            ground.ledger.order(run, [kill])
            await ground.start(at)
        seconds = await ground.all_end(PATIENCE_SECONDS)
    print(f"{len(runs)} runs in {seconds:.0f} s, {repeats(ground.ledger.lines())} doings repeated")
    assert await faults(ground, [plain, *runs], await ground.output(plain)) == []
    assert [kill for run, kill in runs.items() if ground.ledger.ordered(run)] == []


# It waits most of its time, and what is peculiar to a store is seen above.
@pytest.mark.parametrize("ground", ["sqlite", "postgresql"] if SOAK else ["postgresql"], indirect=True)
async def test_killed_at_each_of_its_commits_in_turn_a_run_comes_to_the_same(ground: Ground) -> None:
    # Nothing is waited for but that leases end.
    async with at_work(ground, 2, lease_seconds=0.4, sweep_seconds=0.1):
        plain = await ground.start(0)
        await ground.all_end(30)
        kills = kills_of(ground, plain)
        if not SOAK:
            kills = [kill for at, kill in enumerate(kills) if at % 4 in (0, 3)]  # before one, after the next
        ground.ledger.order("crashed-1", kills)
        run = await ground.start(1)
        seconds = await ground.all_end(PATIENCE_SECONDS)
    lines = ground.ledger.lines()
    killed = sum(line.what is What.KILLED for line in lines)
    print(f"{killed} kills in {seconds:.0f} s, {repeats(lines)} doings repeated")
    assert await faults(ground, [plain, run], await ground.output(plain)) == []
    assert ground.ledger.ordered(run) == []
