"""What we say is never said to us."""

from __future__ import annotations

import pytest

from bot.messages import replies
from handlers.decision import Reply, Topic
from handlers.grammar import parse
from tests.security.house import BOT_ID, Attacked, person
from workflows.ports.ledger import Spent
from workflows.project.allowance import Allowance


@pytest.mark.parametrize("kind", ["Bot", "User"])
@pytest.mark.parametrize("body", ["/agent fix", "/agent help", "/agent nonsense"])
async def test_our_own_comment_leads_to_nothing(body: str, kind: str) -> None:
    house = Attacked()
    await house.comments(person("the-admin", BOT_ID, kind), body)
    assert await house.runs() == 0
    assert house.forge.writes == 0


@pytest.mark.parametrize("body", ["/agent help", "/agent nonsense"])
async def test_another_bot_is_not_even_answered(body: str) -> None:
    house = Attacked()
    await house.comments(person("other[bot]", 3, "Bot"), body)
    assert house.forge.writes == 0


@pytest.mark.parametrize("topic", list(Topic))
def test_no_answer_of_ours_reads_as_a_command(topic: Topic) -> None:
    asked = Reply(topic=topic, issue=7, said="/agent fix", nearest="fix")
    answer = replies.reply(asked, None, Spent(), replies.config("agent:fix", {}, "abc", "1.0", Allowance()))
    assert parse(answer) is None
