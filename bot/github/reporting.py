"""What the harness saw, shown beside the checks of a commit."""

from __future__ import annotations

import logging

from bot.github.at import At
from bot.github.checks import Run, Status, runs, statuses
from bot.github.errors import NotPermitted, understood
from bot.github.once import made, once
from policies.effects import Conclusion, Done, ReportCheck

log = logging.getLogger("redfirst.github")

SUMMARY = 65_000
DESCRIPTION = 140

# A status cannot say that something could not be judged, or was stopped.
_STATES = {
    None: "pending",
    Conclusion.SUCCESS: "success",
    Conclusion.FAILURE: "failure",
    Conclusion.NEUTRAL: "error",
    Conclusion.CANCELLED: "error",
}


async def report(at: At, effect: ReportCheck) -> Done:
    """What is shown beside a commit is told in the pull request too: without the permission we do without."""
    try:
        with understood(f"reporting the check {effect.name}"):
            return await (_report_run if at.app else _report_status)(at, effect)
    except NotPermitted as error:
        log.warning("%s", error.sentence)
        return Done(ref="")


async def _report_run(at: At, effect: ReportCheck) -> Done:
    async def find() -> Run | None:
        for run in await runs(at, effect.sha, effect.name):
            if run.is_of(at.app) and run.external_id == effect.key:
                return run
        return None

    async def create() -> Run:
        with understood(f"reporting the check {effect.name}"):
            answer = await at.rest.checks.async_create(
                *at.repo, head_sha=effect.sha, external_id=effect.key, name=effect.name, **_said(effect)
            )
            return Run.model_validate_json(answer.content)

    async def change(run: Run) -> Run:
        with understood(f"reporting the check {effect.name}"):
            answer = await at.rest.checks.async_update(*at.repo, run.id, **_said(effect))
            return Run.model_validate_json(answer.content)

    ours = at.ours("check", effect.sha, effect.key)
    async with ours.writing:
        known: Run | None = ours.made or await find()
        if known is None:
            known = await made(find, create)
        # What was made in a try that broke off may be what was to be said before this.
        ours.made = known if _says(known, effect) else await change(known)
    return Done(ref=str(ours.made.id), url=ours.made.html_url or "")


def _said(effect: ReportCheck) -> dict[str, object]:
    output = {"title": effect.title, "summary": effect.summary[:SUMMARY]}
    if effect.conclusion is None:
        return {"status": "in_progress", "output": output}
    return {"status": "completed", "conclusion": effect.conclusion.value, "output": output}


def _says(run: Run, effect: ReportCheck) -> bool:
    return run.conclusion == (effect.conclusion and effect.conclusion.value)


async def _report_status(at: At, effect: ReportCheck) -> Done:
    """By a token: only Apps may make checks. A status carries no marker; it is known by all that it says."""
    me, said, state = await at.me(), effect.title[:DESCRIPTION], _STATES[effect.conclusion]

    async def find() -> Status | None:
        own = [one async for one in statuses(at, effect.sha) if one.is_by(me) and one.context == effect.name]
        latest = max(own, key=lambda one: one.id, default=None)
        is_same = latest and (latest.state, latest.description) == (state, said)
        return latest if is_same else None

    async def create() -> Status:
        with understood(f"reporting the check {effect.name}"):
            answer = await at.rest.repos.async_create_commit_status(
                *at.repo, effect.sha, state=state, context=effect.name, description=said
            )
            return Status.model_validate_json(answer.content)

    status = await once(at.ours("status", effect.sha, effect.key, state), find, create)
    return Done(ref=str(status.id))
