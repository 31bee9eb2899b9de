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
