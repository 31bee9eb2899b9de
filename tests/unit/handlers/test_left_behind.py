"""Whether what an earlier run left on an issue is the last word, or somebody has said something since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers.left_behind import Deed, Done, LeftBehind
from tests.unit.fakes import issue
from workflows.trigger import Actor

NOW = datetime(2026, 11, 21, 4, 17, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
PERSON, BOT = Actor(id=1, login="maintainer"), Actor(id=2, login="helper[bot]", is_bot=True)
STRANGER, AUTHOR = Actor(id=3, login="stranger"), Actor(id=4, login="reporter")
LABELED = Done(deed=Deed.LABELED, by=PERSON, at=BEFORE - timedelta(days=1))


def after_a_run(*done: Done) -> LeftBehind:
    return LeftBehind(issue=issue(), done=(LABELED, *done), ours="### Redfirst stopped", ours_at=NOW)


def test_what_nobody_worked_on_is_not_done_with() -> None:
    assert not LeftBehind(issue=issue(), done=(LABELED,)).is_done_with


def test_what_was_worked_on_in_vain_is_done_with() -> None:
    assert after_a_run().is_done_with


@pytest.mark.parametrize("deed", Deed)
def test_whatever_people_do_afterwards_is_worth_another_run(deed: Deed) -> None:
    done = Done(deed=deed, by=PERSON, at=AFTER, is_of_the_house=True)
    assert not after_a_run(done).is_done_with
    assert after_a_run(done.model_copy(update={"at": BEFORE})).is_done_with


@pytest.mark.parametrize("deed", Deed)
def test_what_a_bot_does_is_worth_none(deed: Deed) -> None:
    assert after_a_run(Done(deed=deed, by=BOT, at=AFTER, is_of_the_house=True)).is_done_with


@pytest.mark.parametrize(("by", "counts"), [(AUTHOR, True), (STRANGER, False)])
def test_a_comment_counts_that_its_author_makes_and_not_a_strangers(by: Actor, counts: bool) -> None:
    assert after_a_run(Done(deed=Deed.COMMENTED, by=by, at=AFTER)).is_done_with is not counts


def test_whoever_put_the_label_on_last_is_who_asks() -> None:
    again = Done(deed=Deed.LABELED, by=STRANGER, at=AFTER)
    found = LeftBehind(issue=issue(), done=(again, LABELED, Done(deed=Deed.RENAMED, by=BOT, at=AFTER)))
    assert found.labelled_by == STRANGER
    assert LeftBehind(issue=issue()).labelled_by is None
