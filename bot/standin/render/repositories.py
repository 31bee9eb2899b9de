"""Repositories."""

from __future__ import annotations

from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import users
from bot.standin.render.common import node_id, time
from bot.standin.roles import role_of
from bot.standin.urls import Urls
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository

# The parts of a repository's address book, as URI templates behind its own address.
_ADDRESSES = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def repository(urls: Urls, repo: Repository) -> JsonObject:
    url = urls.repository(repo.full_name)
    still_open = sum(issue.state == "open" for issue in repo.issues.values())
    addresses: dict[str, Json] = {name: url + template for name, template in _ADDRESSES.items()}
    return {
        "id": repo.id,
        "node_id": node_id("R", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "owner": users.simple(urls, repo.owner),
        "html_url": urls.page(repo.full_name),
        "description": repo.description,
        "fork": repo.parent is not None,
        "url": url,
        **addresses,
        "git_url": urls.clone(repo.full_name),
        "ssh_url": urls.clone(repo.full_name),
        "clone_url": urls.clone(repo.full_name),
        "svn_url": urls.page(repo.full_name),
        "mirror_url": None,
        "homepage": None,
        "created_at": time(repo.created_at),
        "updated_at": time(repo.updated_at),
        "pushed_at": time(repo.pushed_at),
        "size": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "language": None,
        "has_issues": True,
        "has_projects": False,
        "has_downloads": True,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": 0,
        "archived": False,
        "disabled": False,
        "open_issues_count": still_open,
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "visibility": "private" if repo.private else "public",
        "forks": 0,
        "open_issues": still_open,
        "watchers": 0,
        "default_branch": repo.default_branch,
    }


def full(urls: Urls, repo: Repository, viewer: User) -> JsonObject:
    parent = {} if repo.parent is None else {"parent": repository(urls, repo.parent)}
    return {
        **repository(urls, repo),
        **parent,
        **({"source": parent["parent"]} if parent else {}),
        "permissions": users.permissions(role_of(repo, viewer)),
        "allow_squash_merge": True,
        "allow_merge_commit": True,
        "allow_rebase_merge": False,
        "allow_auto_merge": False,
        "delete_branch_on_merge": False,
        "network_count": 0,
        "subscribers_count": 0,
    }


_OF_MINIMAL = (
    "id", "node_id", "name", "full_name", "owner", "private", "html_url", "description", "fork", "url",
    *(name for name in _ADDRESSES),
)  # fmt: skip


def minimal(urls: Urls, repo: Repository) -> JsonObject:
    """As other things name the repository that they are in."""
    whole = repository(urls, repo)
    return {name: whole[name] for name in _OF_MINIMAL}
