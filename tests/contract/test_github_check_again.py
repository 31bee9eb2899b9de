"""One check of a run beside a commit: under way, and then what came of it."""

from __future__ import annotations

import pytest

from bot.standin.faults import Fault
from policies.effects import Conclusion, ReportCheck
from tests.contract.github_here import REPOSITORY, TENANT, Here, github


def check(sha: str, conclusion: Conclusion | None, title: str = "t") -> ReportCheck:
    return ReportCheck(
        key="r9/check",
        repository=REPOSITORY,
        sha=sha,
        name="redfirst/proof",
        conclusion=conclusion,
        title=title,
        summary="s",
    )


def states(here: Here) -> list[tuple[str, str | None, str | None]]:
    return [(run.status, run.conclusion, run.title) for run in here.checks()]


@pytest.mark.parametrize("conclusion", list(Conclusion))
async def test_what_is_under_way_becomes_what_came_of_it(conclusion: Conclusion) -> None:
    async with github(as_app=True) as here:
        _, sha = await here.proposed()
        await here.forge.write(TENANT, check(sha, None, "proving it again"))
        assert states(here) == [("in_progress", None, "proving it again")]
        for _ in range(2):
            await here.forge.write(TENANT, check(sha, conclusion))
        assert states(here) == [("completed", conclusion.value, "t")]


async def test_another_process_goes_on_with_the_same_check() -> None:
    async with github(as_app=True) as here:
        _, sha = await here.proposed()
        await here.forge.write(TENANT, check(sha, None))
        other = type(here.forge)(here.settings)
        await other.write(TENANT, check(sha, Conclusion.SUCCESS))
        await other.close()
        assert states(here) == [("completed", "success", "t")]


async def test_a_check_whose_answer_was_lost_is_changed_and_not_made_twice() -> None:
    async with github(as_app=True) as here:
        _, sha = await here.proposed()
        here.fault(Fault("reset", "POST", f"/repos/{REPOSITORY}/check-runs", when="after"))
        await here.forge.write(TENANT, check(sha, None))
        await here.forge.write(TENANT, check(sha, Conclusion.NEUTRAL))
        assert states(here) == [("completed", "neutral", "t")]


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [(None, "pending"), (Conclusion.FAILURE, "failure"), (Conclusion.NEUTRAL, "error")],
)
async def test_by_a_token_it_is_a_status_which_cannot_say_that_it_cannot_be_judged(
    conclusion: Conclusion | None, state: str
) -> None:
    async with github(as_app=False) as here:
        _, sha = await here.proposed()
        for _ in range(2):
            await here.forge.write(TENANT, check(sha, conclusion))
        (status,) = here.standin.repository(REPOSITORY).checks.statuses
        assert (status.context, status.state) == ("redfirst/proof", state)


async def test_the_open_pull_requests_to_a_branch_are_listed_with_where_they_are_from() -> None:
    async with github(as_app=True) as here:
        number, sha = await here.proposed()
        (found,) = await here.forge.open_on(TENANT, "main")
        assert (found.number, found.sha, found.base_branch, found.from_here) == (number, sha, "main", True)
        assert found == await here.forge.pull_request(TENANT, number)
        assert await here.forge.open_on(TENANT, "other") == []
        await here.standin.close(REPOSITORY, number, by="maintainer")
        assert await here.forge.open_on(TENANT, "main") == []
