"""Whoever may label is not whoever may have code written."""

from __future__ import annotations

from tests.security.house import Attacked, person


async def test_a_label_put_on_by_a_triager_starts_nothing_and_says_why() -> None:
    house = Attacked()
    outcome = await house.labels(person("the-triage"))
    assert await house.runs() == 0
    assert outcome.said == "refused: only people with write permission may start work"
    (comment,) = house.forge.comments.values()
    assert comment.body == "That was not done: only people with write permission may start work."
