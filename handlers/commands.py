"""What a command means where it was said: on an issue, on a pull request of ours, or on somebody else's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from handlers.decision import Again, Asked, Decision, Ignore, Reply, Resume, Start, Stop, Topic
from handlers.grammar import Command, Misunderstood, parse
from handlers.house import House
from workflows.trigger import IssueSnapshot
from workflows.verdicts import Opinion, Place, PlanReview, Review, Verdict


@dataclass(frozen=True, slots=True)
class Spoken:
    """A comment and where it stands."""

    by: str
    about: IssueSnapshot
    asked: Asked
    body: str
    on_pull_request: bool = False
    branch: str | None = None
    """Of the pull request, as far as it is known."""
    place: Place | None = None

    def start(self, workflow: str, command: Command, *more: tuple[str, str]) -> Start:
        return Start(
            issue=self.about.number,
            asked=self.asked,
            workflow=workflow,
            goal=self.about.title,
            about=self.about,
            on_pull_request=self.on_pull_request,
            context=command.context,
            options=(*command.options, *more),
            place=self.place,
        )

    def reply(self, topic: Topic, said: str = "", nearest: str = "") -> Reply:
        return Reply(
            issue=self.about.number,
            asked=self.asked,
            on_pull_request=self.on_pull_request,
            branch=self.branch,
            topic=topic,
            said=said,
            nearest=nearest,
        )

    def not_here(self, verb: str) -> Reply:
        return self.reply(Topic.NOT_HERE, said=verb)


_GO_ON = frozenset({"approve", "reject", "revise", "retry", "stop", "status", "budget"})


def obey(spoken: Spoken, house: House) -> Decision:
    command = parse(spoken.body)
    if command is None:
        return Ignore(reason="the comment is no command")
    if isinstance(command, Misunderstood):
        topic = Topic.UNKNOWN_OPTION if command.is_option else Topic.UNKNOWN_VERB
        return spoken.reply(topic, command.said, command.nearest)
    if house.in_job and command.verb in _GO_ON:
        return spoken.reply(Topic.NO_MEMORY, said=command.verb)
    return _MEANS[command.verb](spoken, command)


def _fix(spoken: Spoken, command: Command) -> Decision:
    return spoken.not_here("fix") if spoken.on_pull_request else spoken.start("fix", command)


def _plan(spoken: Spoken, command: Command) -> Decision:
    """A fix that waits until somebody has read its plan."""
    if spoken.on_pull_request:
        return spoken.not_here("plan")
    return spoken.start("fix", command, ("plan", ""))


def _approve(spoken: Spoken, command: Command) -> Decision:
    if spoken.on_pull_request:
        return spoken.not_here("approve")
    if not command.words:
        return spoken.reply(Topic.WORDS_MISSING, said="approve")
    answer = PlanReview(opinion=Opinion.APPROVE, by=spoken.by, digest=command.words[0].strip("`").lower())
    return Resume(issue=spoken.about.number, asked=spoken.asked, answer=answer)


def _reject(spoken: Spoken, command: Command) -> Decision:
    if spoken.on_pull_request:
        return spoken.not_here("reject")
    why = f": {command.context}" if command.context else ""
    return Stop(
        issue=spoken.about.number,
        asked=spoken.asked,
        reason=f"@{spoken.by} rejected the plan{why}",
        only_plan=True,
    )


def _revise(spoken: Spoken, command: Command) -> Decision:
    if not command.context:
        return spoken.reply(Topic.WORDS_MISSING, said="revise")
    answer: Review | PlanReview
    if spoken.on_pull_request:
        answer = Review(
            verdict=Verdict.CHANGES_REQUESTED, by=spoken.by, said=command.context, place=spoken.place
        )
    else:
        answer = PlanReview(opinion=Opinion.REVISE, by=spoken.by, said=command.context)
    return Resume(
        issue=spoken.about.number,
        asked=spoken.asked,
        on_pull_request=spoken.on_pull_request,
        branch=spoken.branch,
        answer=answer,
    )


def _review(spoken: Spoken, command: Command) -> Decision:
    return spoken.start("review", command) if spoken.on_pull_request else spoken.not_here("review")


def _repro(spoken: Spoken, command: Command) -> Decision:
    return spoken.not_here("repro") if spoken.on_pull_request else spoken.start("repro", command)


def _ask(spoken: Spoken, command: Command) -> Decision:
    return spoken.start("ask", command) if command.context else spoken.reply(Topic.WORDS_MISSING, said="ask")


def _retry(spoken: Spoken, command: Command) -> Decision:
    return Again(
        issue=spoken.about.number,
        asked=spoken.asked,
        on_pull_request=spoken.on_pull_request,
        branch=spoken.branch,
        about=spoken.about,
        context=command.context,
        options=command.options,
    )


def _stop(spoken: Spoken, command: Command) -> Decision:
    why = f": {command.context}" if command.context else ""
    return Stop(
        issue=spoken.about.number,
        asked=spoken.asked,
        on_pull_request=spoken.on_pull_request,
        branch=spoken.branch,
        reason=f"@{spoken.by} stopped it{why}",
    )


def _reply(topic: Topic) -> Callable[[Spoken, Command], Decision]:
    def answer(spoken: Spoken, _command: Command) -> Decision:
        return spoken.reply(topic)

    return answer


_MEANS: Mapping[str, Callable[[Spoken, Command], Decision]] = MappingProxyType(
    {
        "fix": _fix,
        "plan": _plan,
        "approve": _approve,
        "reject": _reject,
        "revise": _revise,
        "review": _review,
        "repro": _repro,
        "ask": _ask,
        "retry": _retry,
        "stop": _stop,
        "status": _reply(Topic.STATUS),
        "budget": _reply(Topic.BUDGET),
        "forget": _reply(Topic.FORGET),
        "config": _reply(Topic.CONFIG),
        "help": _reply(Topic.HELP),
    }
)
