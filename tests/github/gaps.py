"""Where GitHub's description is wrong about GitHub, and why. To all else that it says we are held."""

from __future__ import annotations

import re

_GAPS = (
    # Labels got them after this description; githubkit has them.
    r"/archived_(at|by): GitHub knows no such field",
    # Every account in every payload has it, and only most descriptions of one.
    r"/user_view_type: GitHub knows no such field",
    # It asks for an account that is a user and an enterprise at once.
    r"GET /app/installations .*answer: /\d+/(account|client_id)\b",
    # Nobody has merged it yet; only the newer version says that somebody must have.
    r"/pull_request/merged_at: null is not",
    # A remark on code that has changed since has no place any more.
    r"answer: (/\d+)?/((start_)?line|position): null is not",
    # A label need not have a description, and elsewhere it knows that.
    r"(requested_reviewers|/pulls) .*/labels/\d+/description: null is not",
    # The fork is deleted, and its pull request is still there.
    r"/head/repo: null is not",
    # A GitHub of one's own says which it is.
    r"GET /meta .*/installed_version: GitHub knows",
    # Without a reference it is the default branch, as GitHub's own text about it says.
    r"GET [^ ]*/(tar|zip)ball: GitHub has no such operation",
    # These it has in the other actions of the same event, and leaves out here.
    r"webhook workflow_run\.in_progress: .*/display_title: GitHub knows",
    r"webhook pull_request_review\.edited: .*/(has_discussions|web_commit_signoff_required): GitHub knows",
)
_ANY = re.compile("|".join(f"(?:{gap})" for gap in _GAPS))


def is_one(finding: str) -> bool:
    return _ANY.search(finding) is not None
