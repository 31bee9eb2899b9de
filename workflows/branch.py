"""What a branch of ours is called."""

from __future__ import annotations

import re
import unicodedata

from workflows.trigger import IssueSnapshot

LONGEST_SLUG = 40


def branch_for(issue: IssueSnapshot) -> str:
    """`redfirst/7-total-is-off-by-one`: plain ASCII whatever the title says."""
    plain = unicodedata.normalize("NFKD", issue.title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_SLUG].strip("-")
    return f"redfirst/{issue.number}-{slug}" if slug else f"redfirst/{issue.number}"


_OURS = re.compile(r"redfirst/(?P<issue>[1-9]\d{0,9})(-[a-z0-9-]+)?")


def issue_of(branch: str) -> int | None:
    """The issue that a branch of ours is about; None for a branch of somebody else."""
    ours = _OURS.fullmatch(branch)
    return int(ours["issue"]) if ours else None
