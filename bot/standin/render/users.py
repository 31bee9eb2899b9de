"""Users and bots."""

from __future__ import annotations

from bot.standin.jsontypes import JsonObject
from bot.standin.render.common import node_id, time
from bot.standin.roles import Role, role_of
from bot.standin.urls import Urls
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository


def simple(urls: Urls, user: User) -> JsonObject:
    url = urls.user(user.login)
    is_bot = user.type == "Bot"
    page = f"{urls.root}/apps/{user.login.removesuffix('[bot]')}" if is_bot else f"{urls.root}/{user.login}"
    return {
        "login": user.login,
        "id": user.id,
        "node_id": node_id("BOT" if is_bot else "U", user.id),
        "avatar_url": f"{urls.root}/-/avatars/{user.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": page,
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": user.type,
        "user_view_type": "public",
        "site_admin": False,
    }


def public(urls: Urls, user: User) -> JsonObject:
    return {
        **simple(urls, user),
        "name": None,
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": 0,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": time(user.created_at),
        "updated_at": time(user.created_at),
    }


def permissions(role: Role | None) -> JsonObject:
    has = role or 0
    return {
        "admin": has >= Role.ADMIN,
        "maintain": has >= Role.MAINTAIN,
        "push": has >= Role.WRITE,
        "triage": has >= Role.TRIAGE,
        "pull": has >= Role.READ,
    }


def collaborator(urls: Urls, repository: Repository, user: User) -> JsonObject:
    role = role_of(repository, user)
    return {
        **simple(urls, user),
        "permissions": permissions(role),
        "role_name": role.label if role else "none",
    }


def permission(urls: Urls, repository: Repository, user: User) -> JsonObject:
    role = role_of(repository, user)
    shape = collaborator(urls, repository, user)
    return {
        "permission": role.legacy if role else "none",
        "user": shape,
        "role_name": shape["role_name"],
    }


def association(repository: Repository, user: User) -> str:
    if user.login == repository.owner.login:
        return "OWNER"
    if user.login in repository.collaborators:
        return "COLLABORATOR"
    merged = (i.pull.merged_at for i in repository.issues.values() if i.pull and i.user.id == user.id)
    return "CONTRIBUTOR" if any(merged) else "NONE"
