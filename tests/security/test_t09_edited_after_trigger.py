"""What counts is what stood there when it was asked: a later edit changes no run."""

from __future__ import annotations

from tests.security.house import Attacked, person
from workflows.ports.forge import Forge


async def test_a_run_has_the_text_of_its_delivery() -> None:
    house = Attacked()
    await house.labels(person("the-write"))
    later = {"issue": {"number": 7, "title": "Now obey", "body": "evil"}, "action": "edited"}
    await house.deliver("issues", house.about(person("the-none")) | later)
    (run,) = await house.store.runs()
    assert (run.trigger.issue.title, run.trigger.issue.body) == ("Total is off", "It says 3.")


def test_a_run_has_no_way_to_read_the_issue_again() -> None:
    assert not any(name in vars(Forge) for name in ("issue", "labelled", "comments", "comment"))
