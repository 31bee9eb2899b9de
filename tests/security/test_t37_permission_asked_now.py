"""Permission is asked of GitHub at the moment of acting; no answer is no."""

from __future__ import annotations

import pytest

from policies.facts import Permission
from tests.security.house import Attacked, person
from workflows.errors import OperatorProblem, Passing

WRITERS = {Permission.WRITE, Permission.MAINTAIN, Permission.ADMIN}


@pytest.mark.parametrize("role", list(Permission))
@pytest.mark.parametrize("event", ["label", "comment"])
async def test_a_run_starts_for_whoever_may_write_and_for_nobody_else(role: Permission, event: str) -> None:
    house = Attacked()
    who = person(f"the-{role.value}")
    await (house.labels(who) if event == "label" else house.comments(who))
    assert await house.runs() == int(role in WRITERS)


@pytest.mark.parametrize("problem", [Passing("502"), OperatorProblem("rate limit"), ValueError("nonsense")])
async def test_where_github_does_not_answer_nothing_starts(problem: Exception) -> None:
    house = Attacked()
    house.forge.problem = problem
    with pytest.raises(type(problem)):
        await house.labels(person("the-admin"))
    assert await house.runs() == 0
    assert house.forge.writes == 0


async def test_what_the_payload_says_about_permission_is_not_believed() -> None:
    house = Attacked()
    boasting = person("the-read") | {"permissions": {"admin": True}, "role_name": "admin", "site_admin": True}
    await house.comments(boasting, comment={"id": 1, "body": "/agent fix", "author_association": "OWNER"})
    assert await house.runs() == 0


async def test_whoever_lost_permission_after_the_last_run_starts_no_other() -> None:
    house = Attacked()
    house.forge.people["the-write"] = Permission.READ
    await house.labels(person("the-write"))
    assert await house.runs() == 0
