"""Whoever may label is not whoever may have code written."""

from __future__ import annotations

from datetime import UTC, datetime

from handlers.left_behind import Deed, Done, LeftBehind
from tests.security.house import Attacked, person
from tests.unit.fakes import issue
from workflows.trigger import Actor


async def test_a_label_put_on_by_a_triager_starts_nothing_and_says_why() -> None:
    house = Attacked()
    outcome = await house.labels(person("the-triage"))
    assert await house.runs() == 0
    assert outcome.said == "refused: only people with write permission may start work"
    (comment,) = house.forge.comments.values()
    assert comment.body == "That was not done: only people with write permission may start work."


async def test_the_clock_does_not_take_what_a_triager_has_labelled_and_asks_who_did() -> None:
    house = Attacked(in_job=True)
    house.forge.labels[7] = ("agent:fix",)
    triager = Done(deed=Deed.LABELED, by=Actor(id=1, login="the-triage"), at=datetime.now(UTC))
    house.forge.left[7] = LeftBehind(issue=issue(7), done=(triager,))
    about = {name: said for name, said in house.about(person("the-admin")).items() if name != "issue"}
    outcome = await house.deliver("schedule", about)
    assert await house.runs() == 0
    assert "@the-triage put the label on" in outcome.passed[0]
