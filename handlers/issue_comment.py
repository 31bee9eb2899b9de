"""A comment that begins with `/agent` is a command."""

from __future__ import annotations

from handlers.decision import Decision, Ignore, Reply, Start, Topic
from handlers.events import IssueCommented
from handlers.grammar import Misunderstood, parse
from handlers.house import House


def decide(event: IssueCommented, _house: House) -> Decision:
    command = parse(event.body)
    if command is None:
        return Ignore(reason="the comment is no command")
    if isinstance(command, Misunderstood):
        topic = Topic.UNKNOWN_OPTION if command.is_option else Topic.UNKNOWN_VERB
        return Reply(topic=topic, issue=event.issue.number, said=command.said, nearest=command.nearest)
    if command.verb == "fix" and event.on_pull_request:
        return Ignore(reason="fix is for issues, this is a pull request")
    if command.verb == "fix":
        return Start(
            workflow="fix",
            goal=event.issue.title,
            issue=event.issue,
            context=command.context,
            comment=event.comment,
        )
    return Reply(topic=Topic(command.verb), issue=event.issue.number)
