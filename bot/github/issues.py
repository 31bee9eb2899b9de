"""Issues: as they are now, those with a label, and labels of ours."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter

from bot.github.at import PAGE, At, Narrow, User, pages
from bot.github.errors import understood
from policies.effects import AddLabels, Done
from workflows.errors import Gone
from workflows.trigger import IssueSnapshot


class _Label(Narrow):
    name: str = ""


class _Issue(Narrow):
    number: int
    title: str
    body: str | None = None
    html_url: str = ""
    user: User | None = None
    labels: tuple[_Label | str, ...] = ()
    pull_request: dict[str, object] | None = None
    """There where the issue is one: to GitHub each pull request is an issue as well."""

    def has(self, label: str) -> bool:
        names = (one if isinstance(one, str) else one.name for one in self.labels)
        return label.casefold() in {name.casefold() for name in names}


_ISSUES = TypeAdapter(list[_Issue])
_LABELS = TypeAdapter(list[_Label])


async def issue(at: At, number: int) -> IssueSnapshot:
    with understood(f"reading issue #{number}"):
        answer = await at.rest.issues.async_get(*at.repo, number)
        found = _Issue.model_validate_json(answer.content)
    if found.number != number:
        raise Gone(f"issue #{number} has moved to another repository")
    if found.pull_request is not None:
        raise Gone(f"#{number} is a pull request, and no issue")
    return IssueSnapshot(
        number=number,
        title=found.title,
        body=found.body or "",
        author=found.user.login if found.user else "",
        url=found.html_url,
    )


async def labelled(at: At, label: str) -> Sequence[int]:
    with understood(f"looking for issues with {label}"):
        listed = pages(
            lambda page: at.rest.issues.async_list_for_repo(
                *at.repo,
                labels=label,
                state="open",
                sort="created",
                direction="asc",
                per_page=PAGE,
                page=page,
            ),
            _ISSUES,
        )
        # A comma parts labels to GitHub, though a label may have one: what is listed is looked at again.
        return [one.number async for one in listed if one.pull_request is None and one.has(label)]


async def add_labels(at: At, effect: AddLabels) -> Done:
    """A label that is there already is not added again: somebody may hear of each that is."""
    with understood(f"labelling #{effect.issue}"):
        listed = pages(
            lambda page: at.rest.issues.async_list_labels_on_issue(
                *at.repo, effect.issue, per_page=PAGE, page=page
            ),
            _LABELS,
        )
        there = {one.name.casefold() async for one in listed}
        missing = [name for name in effect.names if name.casefold() not in there]
        if missing:
            await at.rest.issues.async_add_labels(*at.repo, effect.issue, labels=missing)
    return Done(ref=str(effect.issue))
