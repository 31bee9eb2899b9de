"""What a review asks for, as a fixer is told it: bounded, without what nobody sees, and as data."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.ports.forge import FailedCheck, LineRemark
from workflows.steps.common import as_data
from workflows.unseen import shown, unseen, visible
from workflows.verdicts import Place, Review

LONGEST_REMARK = 4_000
LONGEST_HUNK = 2_000
LONGEST_CHECK = 6_000
MOST_REMARKS = 40
MOST_CHECKS = 10


def asked(review: Review, remarks: Sequence[LineRemark], checks: Sequence[FailedCheck]) -> str:
    """Empty when nothing was said that could be worked on."""
    parts = [_clipped(shown(review.said), LONGEST_REMARK)]
    if review.place is not None:
        parts.insert(0, _place(review.place))
    parts += [
        f"{_place(each.place)}\n{_clipped(shown(each.body), LONGEST_REMARK)}"
        for each in remarks[:MOST_REMARKS]
    ]
    parts += [_check(each) for each in checks[:MOST_CHECKS]]
    parts += [f"({more} more were said than can be looked at at once.)" for more in _beyond(remarks, checks)]
    text = "\n\n".join(part for part in parts if part.strip())
    return as_data("review", text) if text else ""


def hidden_in_review(review: Review, remarks: Sequence[LineRemark]) -> tuple[str, ...]:
    return unseen(review.said, *(remark.body for remark in remarks))


def _beyond(remarks: Sequence[LineRemark], checks: Sequence[FailedCheck]) -> list[int]:
    more = max(0, len(remarks) - MOST_REMARKS) + max(0, len(checks) - MOST_CHECKS)
    return [more] if more else []


def _place(place: Place) -> str:
    where = f"On {visible(place.path)}" + (f", line {place.line}" if place.line else "")
    hunk = visible(place.hunk)[-LONGEST_HUNK:]
    return f"{where}, below\n{hunk}" if hunk else f"{where}:"


def _check(check: FailedCheck) -> str:
    """Its end, where the failure is."""
    said = visible(check.said)[-LONGEST_CHECK:]
    return f"The check {visible(check.name)} failed: {visible(check.title)}\n{said}"


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} …"
