"""A delivery as GitHub sends it when a label is put on: 12 KB, most of it addresses that nobody reads."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid

SECRET = "of a benchmark"
SIZE = 12 * 1024

_API = "https://api.github.com"
_LINKS = """
    archive assignees blobs branches collaborators comments commits compare contents contributors deployments
    downloads events forks git_commits git_refs git_tags hooks issue_comment issues keys labels languages
    merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams
    trees
"""
_OWN = "followers following gists starred subscriptions organizations repos events received_events"


def body() -> bytes:
    """What is missing to 12 KB is the issue's text."""
    text = json.dumps(_payload("")).encode()
    filler = "The total is off by one. " * 1000
    return json.dumps(_payload(filler[: SIZE - len(text)])).encode()


def requests(body: bytes, count: int) -> list[bytes]:
    """Each under an id of its own, ready for the socket."""
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return [_head(str(uuid.uuid4()), signature, len(body)) + body for _ in range(count)]


def _head(delivery: str, signature: str, size: int) -> bytes:
    lines = [
        "POST /webhooks/github HTTP/1.1",
        "Host: 127.0.0.1",
        "User-Agent: GitHub-Hookshot/044aadd",
        f"Content-Length: {size}",
        "Accept: */*",
        "Content-Type: application/json",
        f"X-GitHub-Delivery: {delivery}",
        "X-GitHub-Event: issues",
        "X-GitHub-Hook-ID: 292430182",
        "X-GitHub-Hook-Installation-Target-ID: 79929171",
        "X-GitHub-Hook-Installation-Target-Type: repository",
        f"X-Hub-Signature-256: sha256={signature}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _payload(text: str) -> dict[str, object]:
    repository = f"{_API}/repos/octo-org/reds"
    issue = f"{repository}/issues/7"
    return {
        "action": "labeled",
        "issue": {
            **{f"{name}_url": f"{issue}/{name}" for name in ("labels", "comments", "events", "timeline")},
            "url": issue,
            "id": 1_234_567_890,
            "number": 7,
            "title": "The total is off",
            "user": _user("reporter", 11),
            "labels": [_label("agent:fix", 1), _label("bug", 2)],
            "state": "open",
            "locked": False,
            "assignee": _user("maintainer", 12),
            "assignees": [_user("maintainer", 12)],
            "milestone": None,
            "comments": 3,
            "reactions": dict.fromkeys(
                ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"), 0
            ),
            "body": text,
        },
        "label": _label("agent:fix", 1),
        "repository": {
            **{f"{name}_url": f"{repository}/{name}{{/{name}}}" for name in _LINKS.split()},
            **{
                f"has_{name}": True
                for name in ("issues", "projects", "downloads", "wiki", "pages", "discussions")
            },
            **{f"{name}_count": 12 for name in ("stargazers", "watchers", "forks", "open_issues")},
            "id": 1_296_269,
            "name": "reds",
            "full_name": "octo-org/reds",
            "private": False,
            "owner": _user("octo-org", 13),
            "default_branch": "main",
            "topics": ["one", "two"],
            "visibility": "public",
        },
        "organization": _user("octo-org", 13),
        "sender": _user("maintainer", 12),
        "installation": {"id": 5, "node_id": "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uNQ=="},
    }


def _user(login: str, number: int) -> dict[str, object]:
    of = f"{_API}/users/{login}"
    return {
        **{f"{name}_url": f"{of}/{name}" for name in _OWN.split()},
        "login": login,
        "id": number,
        "node_id": f"MDQ6VXNlcjE{number}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4",
        "url": of,
        "html_url": f"https://github.com/{login}",
        "type": "User",
        "site_admin": False,
    }


def _label(name: str, number: int) -> dict[str, object]:
    url = f"{_API}/repos/octo-org/reds/labels/{name}"
    return {"id": number, "url": url, "name": name, "color": "ededed", "default": False, "description": None}
