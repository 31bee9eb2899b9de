"""GitHub's answers with as little in them as its description allows: what we read of them is there."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter

from bot.github import (
    branches,
    checks,
    comments,
    commits,
    contents,
    issues,
    ourselves,
    past,
    people,
    pulls,
    reviews,
    tokens,
    trees,
)
from tests.github import published

REPO = "/repos/{owner}/{repo}"
PULL, ISSUE = f"{REPO}/pulls/{{pull_number}}", f"{REPO}/issues/{{issue_number}}"
INSTALLATION = "/app/installations/{installation_id}"
READ: Mapping[str, Any] = {
    "GET /app": ourselves._App,
    "GET /user": ourselves.User,
    "GET /users/{username}": ourselves.User,
    f"GET {INSTALLATION}": tokens._Installation,
    f"POST {INSTALLATION}/access_tokens": tokens._Made,
    f"GET {REPO}/installation": tokens._Installation,
    f"GET {REPO}": contents._Repository,
    f"GET {REPO}/branches/{{branch}}": contents._Branch,
    f"GET {REPO}/collaborators/{{username}}/permission": people._Permission,
    f"GET {REPO}/git/ref/{{ref}}": branches._Ref,
    f"GET {REPO}/git/commits/{{commit_sha}}": trees._Commit,
    f"POST {REPO}/git/commits": commits._Commit,
    f"GET {REPO}/git/trees/{{tree_sha}}": trees._Tree,
    f"POST {REPO}/git/trees": trees._Object,
    f"GET {REPO}/commits": list[commits._Listed],
    f"GET {REPO}/commits/{{ref}}/check-runs": checks._Runs,
    f"GET {REPO}/commits/{{ref}}/statuses": list[checks.Status],
    f"GET {REPO}/check-runs/{{check_run_id}}/annotations": list[checks._Annotation],
    f"POST {REPO}/check-runs": checks.Run,
    f"POST {REPO}/statuses/{{sha}}": checks.Status,
    f"GET {REPO}/issues": list[issues._Issue],
    f"GET {ISSUE}": issues._Issue,
    f"GET {ISSUE}/labels": list[issues._Label],
    f"GET {ISSUE}/timeline": list[past._Row],
    f"GET {ISSUE}/comments": list[comments._Comment],
    f"POST {ISSUE}/comments": comments._Comment,
    f"POST {ISSUE}/reactions": comments._Reaction,
    f"GET {REPO}/issues/comments/{{comment_id}}": comments._Comment,
    f"POST {REPO}/issues/comments/{{comment_id}}/reactions": comments._Reaction,
    f"POST {REPO}/pulls/comments/{{comment_id}}/reactions": comments._Reaction,
    f"GET {REPO}/pulls": list[pulls.Pull],
    f"POST {REPO}/pulls": pulls.Pull,
    f"GET {PULL}": pulls.Pull,
    f"GET {PULL}/files": list[reviews._File],
    f"GET {PULL}/comments": list[comments._Comment],
    f"POST {PULL}/comments/{{comment_id}}/replies": comments._Comment,
    f"GET {PULL}/reviews": list[reviews._Review],
    f"POST {PULL}/reviews": reviews._Review,
    f"GET {PULL}/reviews/{{review_id}}": reviews._Review,
    f"GET {PULL}/reviews/{{review_id}}/comments": list[reviews._OnLine],
}


@pytest.mark.parametrize("whole", [False, True], ids=["left-out", "null"])
@pytest.mark.parametrize("operation", READ)
def test_what_we_read_of_an_answer_need_not_be_more_than_github_promises(operation: str, whole: bool) -> None:
    described = published.load(published.api(published.OLDEST))
    answers = described["operations"][operation]["answers"]
    (schema,) = [answers[status]["json"] for status in ("200", "201") if status in answers][:1]
    given = _least(described["schemas"], schema, whole=whole, top=True)
    TypeAdapter(READ[operation]).validate_python(given)


def _least(known: Mapping[str, Any], schema: Any, *, whole: bool, top: bool = False) -> Any:
    """Null where it may be; of fields those that must be there, or all."""
    if "$ref" in schema:
        return _least(known, known[schema["$ref"].rpartition("/")[2]], whole=whole, top=top)
    if "allOf" in schema:
        parts = [_least(known, one, whole=whole) for one in schema["allOf"]]
        return {name: value for part in parts for name, value in part.items()}
    if "anyOf" in schema:
        choices = [_least(known, one, whole=whole) for one in schema["anyOf"]]
        return None if None in choices and not top else next(one for one in choices if one is not None)
    kinds: Any = schema.get("type", "object")
    if "null" in kinds and isinstance(kinds, list) and not top:
        return None
    return _of(known, schema, kinds if isinstance(kinds, str) else kinds[0], whole=whole)


def _of(known: Mapping[str, Any], schema: Any, kind: Any, *, whole: bool) -> Any:
    match kind:
        case "object":
            fields, required = schema.get("properties", {}), schema.get("required", ())
            return {
                name: _least(known, one, whole=whole)
                for name, one in fields.items()
                if whole or name in required
            }
        case "array":
            return [_least(known, schema["items"], whole=whole)]
        case "integer" | "number":
            return 2**53 + 1
        case "boolean":
            return False
        case _:
            # The description does not say of each time that it is one.
            return schema.get("enum", ["2026-01-01T00:00:00Z"])[0]
