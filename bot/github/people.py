"""People: what they may do, and asking them for a review."""

from __future__ import annotations

import logging
from urllib.parse import quote

from bot.github import pulls
from bot.github.at import At, Narrow
from bot.github.errors import Invalid, understood
from bot.github.pulls import Pull
from policies.effects import AskForReview, Done
from policies.facts import Permission
from workflows.errors import Gone

log = logging.getLogger("redfirst.github")


class _Permission(Narrow):
    permission: str
    role_name: str = ""


async def permission(at: At, login: str) -> Permission:
    try:
        with understood(f"asking what {login} may do in {at.full_name}"):
            answer = await at.rest.repos.async_get_collaborator_permission_level(
                *at.repo, quote(login, safe="")
            )
            said = _Permission.model_validate_json(answer.content)
    except Gone:
        return Permission.NONE
    # `permission` folds maintain into write and triage into read; `role_name` may be a custom role.
    for name in (said.role_name, said.permission):
        if name in set(Permission):
            return Permission(name)
    return Permission.NONE


async def ask_for_review(at: At, effect: AskForReview) -> Done:
    """All at once; where one of them cannot be asked GitHub asks nobody, so then one by one."""
    found = await pulls.get(at, effect.number)
    people = [login for login in effect.people if _can_be_asked(found, login)]
    taken = {team.slug.casefold() for team in found.requested_teams}
    teams = [slug for team in effect.teams if (slug := team.rpartition("/")[2]).casefold() not in taken]
    try:
        await _ask(at, effect.number, people, teams)
    except Invalid:
        for person in people:
            await _try(at, effect.number, [person], [])
        for team in teams:
            await _try(at, effect.number, [], [team])
    return Done(ref=str(effect.number), url=found.html_url)


def _can_be_asked(found: Pull, login: str) -> bool:
    """Nobody reviews their own, and who is asked already need not be asked again."""
    taken = [*found.requested_reviewers, *([found.user] if found.user else [])]
    return login.casefold() not in {one.login.casefold() for one in taken}


async def _ask(at: At, number: int, people: list[str], teams: list[str]) -> None:
    asked = {name: given for name, given in (("reviewers", people), ("team_reviewers", teams)) if given}
    if asked:
        with understood(f"asking for a review of #{number}"):
            await at.rest.pulls.async_request_reviewers(*at.repo, number, **asked)


async def _try(at: At, number: int, people: list[str], teams: list[str]) -> None:
    try:
        await _ask(at, number, people, teams)
    except Invalid as error:
        log.info("%s cannot be asked: %s", ", ".join((*people, *teams)), error.sentence)
