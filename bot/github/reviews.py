"""Reviews: what people's say on lines, and ours of their pull requests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from bot import marker
from bot.github.at import PAGE, At, Narrow, User, pages
from bot.github.errors import Invalid, understood
from bot.github.once import once
from policies.effects import Done, Remark, SubmitReview
from workflows.ports.forge import LineRemark
from workflows.verdicts import Place

GRACE = timedelta(seconds=10)
"""Comments of a review are stamped when it is submitted, though not all in the same second."""

HUNK = 8_000
BODY = 20_000


class _Review(Narrow):
    id: int
    body: str | None = None
    user: User | None = None
    submitted_at: datetime | None = None
    html_url: str = ""


class _OnLine(Narrow):
    path: str
    body: str
    user: User | None = None
    line: int | None = None
    original_line: int | None = None
    diff_hunk: str = ""
    updated_at: datetime


class _File(Narrow):
    filename: str
    patch: str | None = None


_REVIEWS = TypeAdapter(list[_Review])
_ON_LINES = TypeAdapter(list[_OnLine])
_FILES = TypeAdapter(list[_File])


async def remarks(at: At, number: int, review: int) -> Sequence[LineRemark]:
    """Who can write here can answer into a review, and edit what is in it: neither is what was submitted."""
    with understood(f"reading a review of #{number}"):
        answer = await at.rest.pulls.async_get_review(*at.repo, number, review)
        found = _Review.model_validate_json(answer.content)
        if found.user is None or found.submitted_at is None:
            return ()
        author, latest = found.user.id, found.submitted_at + GRACE
        listed = pages(
            lambda page: at.rest.pulls.async_list_comments_for_review(
                *at.repo, number, review, per_page=PAGE, page=page
            ),
            _ON_LINES,
        )
        return tuple(
            [
                _remark(one)
                async for one in listed
                if one.user is not None and one.user.id == author and one.updated_at <= latest
            ]
        )


def _remark(said: _OnLine) -> LineRemark:
    line = said.line if said.line is not None else said.original_line
    return LineRemark(
        place=Place(path=said.path, line=line, hunk=said.diff_hunk[-HUNK:]), body=said.body[:BODY]
    )


async def submit(at: At, effect: SubmitReview) -> Done:
    async def make() -> _Review:
        try:
            return await _submit(at, effect, effect.body, effect.remarks)
        except Invalid:
            return await _submit_what_fits(at, effect)

    with understood(f"reviewing #{effect.number}"):
        found = await once(at.ours("review", effect.number, effect.key), lambda: _submitted(at, effect), make)
    return Done(ref=str(found.id), url=found.html_url)


async def _submitted(at: At, effect: SubmitReview) -> _Review | None:
    me = await at.me()
    listed = pages(
        lambda page: at.rest.pulls.async_list_reviews(*at.repo, effect.number, per_page=PAGE, page=page),
        _REVIEWS,
    )
    async for found in listed:
        if found.user and found.user.id == me and marker.has(found.body or "", "key", effect.key):
            return found
    return None


async def _submit(at: At, effect: SubmitReview, body: str, on_lines: Sequence[Remark]) -> _Review:
    with understood(f"submitting a review of #{effect.number}"):
        answer = await at.rest.pulls.async_create_review(
            *at.repo,
            effect.number,
            commit_id=effect.sha,
            event="COMMENT",
            body=marker.below(body, key=effect.key),
            comments=[
                {"path": one.path, "line": one.line, "side": "RIGHT", "body": one.body} for one in on_lines
            ],
        )
        return _Review.model_validate_json(answer.content)


async def _submit_what_fits(at: At, effect: SubmitReview) -> _Review:
    """GitHub refuses all remarks for one on a line that it does not show; such go into the text."""
    shown = await _shown(at, effect.number)
    fit = [one for one in effect.remarks if any(one.line in lines for lines in shown.get(one.path, ()))]
    if len(fit) == len(effect.remarks):
        fit = []
    rest = [f"`{one.path}`, line {one.line}: {one.body}" for one in effect.remarks if one not in fit]
    return await _submit(at, effect, "\n\n".join((effect.body, *rest)), fit)


async def _shown(at: At, number: int) -> dict[str, list[range]]:
    """The lines of each file, as it is afterwards, that are in the diff; large files have none."""
    listed = pages(
        lambda page: at.rest.pulls.async_list_files(*at.repo, number, per_page=PAGE, page=page), _FILES
    )
    return {one.filename: hunks(one.patch or "") async for one in listed}


def hunks(patch: str) -> list[range]:
    """What is in a hunk begins with a space or a sign, so a line that begins with @@ is a head."""
    heads = re.findall(r"^@@ -\S+ \+(\d{1,9})(?:,(\d{1,9}))? @@", patch, re.MULTILINE)
    return [range(int(start), int(start) + int(count or 1)) for start, count in heads]
