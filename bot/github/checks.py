"""The checks of a commit, and which of those of others failed."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Sequence

from pydantic import TypeAdapter

from bot.github.at import MOST as LISTED
from bot.github.at import PAGE, PAGES, At, Narrow, User, is_last, pages
from bot.github.errors import NotPermitted, understood
from workflows.ports.forge import FailedCheck

log = logging.getLogger("redfirst.github")

SAID = 4_000
MOST = 20


class _Output(Narrow):
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations_count: int = 0


class _Annotation(Narrow):
    path: str = ""
    start_line: int = 0
    annotation_level: str | None = None
    message: str | None = None


class _App(Narrow):
    id: int
    client_id: str = ""


class Run(Narrow):
    id: int
    name: str
    external_id: str | None = None
    status: str = ""
    conclusion: str | None = None
    html_url: str | None = None
    output: _Output = _Output()
    app: _App | None = None

    def is_of(self, app: str) -> bool:
        return bool(app) and self.app is not None and app in {str(self.app.id), self.app.client_id}


class _Runs(Narrow):
    check_runs: list[Run]


class Status(Narrow):
    id: int
    context: str
    state: str
    description: str | None = None
    target_url: str | None = None
    creator: User | None = None

    def is_by(self, user: int) -> bool:
        return self.creator is not None and self.creator.id == user


_ANNOTATIONS = TypeAdapter(list[_Annotation])
_STATUSES = TypeAdapter(list[Status])


async def failed_checks(at: At, sha: str) -> Sequence[FailedCheck]:
    """What our token may not see of them did not fail as far as we know."""
    found: list[FailedCheck] = []
    for read in (_failed_runs, _failed_statuses):
        try:
            with understood(f"reading the checks of {sha[:12]}"):
                found += await read(at, sha)
        except NotPermitted as error:
            log.warning("%s", error.sentence)
    return tuple(found[:MOST])


async def _failed_runs(at: At, sha: str) -> list[FailedCheck]:
    latest: dict[str, Run] = {}
    for run in await runs(at, sha):
        if not run.is_of(at.app) and (run.name not in latest or run.id > latest[run.name].id):
            latest[run.name] = run
    failed = [run for run in latest.values() if run.conclusion in {"failure", "timed_out"}]
    return [await _failed(at, run) for run in failed[:MOST]]


async def _failed(at: At, run: Run) -> FailedCheck:
    output = run.output
    notes = await _noted(at, run) if output.annotations_count else ""
    said = "\n\n".join(part for part in (output.summary, output.text, notes) if part)
    return FailedCheck(
        name=run.name[:200], title=(output.title or "")[:200], said=said[:SAID], url=run.html_url or ""
    )


async def _noted(at: At, run: Run) -> str:
    """Of a workflow's job these are all that it says outside its log."""
    answer = await at.rest.checks.async_list_annotations(*at.repo, run.id, per_page=PAGE)
    return "\n".join(
        f"{one.path}:{one.start_line}: {one.message or ''}"
        for one in _ANNOTATIONS.validate_json(answer.content)
        if one.annotation_level != "notice"
    )


async def _failed_statuses(at: At, sha: str) -> list[FailedCheck]:
    me = await at.me()
    latest: dict[str, Status] = {}
    async for status in statuses(at, sha):
        if status.context not in latest or status.id > latest[status.context].id:
            latest[status.context] = status
    return [
        FailedCheck(name=one.context[:200], title=(one.description or "")[:200], url=one.target_url or "")
        for one in latest.values()
        if one.state in {"failure", "error"} and not one.is_by(me)
    ]


async def runs(at: At, sha: str, name: str = "") -> list[Run]:
    """Not a list but one below a name, so it has its own way through the pages."""
    found: list[Run] = []
    about = {"check_name": name, "filter_": "all"} if name else {"filter_": "latest"}
    for page in range(1, PAGES + 1):
        answer = await at.rest.checks.async_list_for_ref(*at.repo, sha, per_page=PAGE, page=page, **about)
        listed = _Runs.model_validate_json(answer.content).check_runs
        found += listed
        if is_last(answer, len(listed)) or len(found) >= LISTED:
            break
    return found


def statuses(at: At, sha: str) -> AsyncGenerator[Status]:
    return pages(
        lambda page: at.rest.repos.async_list_commit_statuses_for_ref(
            *at.repo, sha, per_page=PAGE, page=page
        ),
        _STATUSES,
    )
