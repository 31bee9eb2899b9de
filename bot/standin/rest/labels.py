"""Labels of a repository and of an issue."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import labels as actions
from bot.standin.errors import not_found
from bot.standin.render.issues import label as shape
from bot.standin.rest.answers import created, json_response, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.rest.issues import to_triage
from bot.standin.roles import DISCUSS_READ, LABELS_CREATE
from bot.standin.world.repositories import Issue, Repository
from bot.standin.world.talk import Label


def _shapes(call: Call, repo: Repository, labels: list[Label]) -> Response:
    return json_response([shape(call.urls, repo, label) for label in labels])


async def list_repository_labels(call: Call) -> Response:
    repo = call.repository(DISCUSS_READ)
    return call.page([shape(call.urls, repo, label) for label in repo.labels.values()])


async def create_repository_label(call: Call) -> Response:
    repo, body = call.repository(LABELS_CREATE), await call.body()
    label = actions.create_label(
        call.site,
        repo,
        call.user,
        name=body.text("name"),
        color=body.maybe_text("color") or "ededed",
        description=body.maybe_text("description"),
    )
    return created(shape(call.urls, repo, label))


def _label(repo: Repository, name: str) -> Label:
    label = repo.labels.get(name.lower())
    if label is None:
        raise not_found()
    return label


async def get_repository_label(call: Call) -> Response:
    repo = call.repository(DISCUSS_READ)
    return json_response(shape(call.urls, repo, _label(repo, call.path("name"))))


async def update_repository_label(call: Call) -> Response:
    repo, body = call.repository(LABELS_CREATE), await call.body()
    label = _label(repo, call.path("name"))
    actions.edit_label(
        call.site,
        repo,
        call.user,
        label,
        name=body.maybe_text("new_name"),
        color=body.maybe_text("color"),
        description=body.maybe_text("description"),
    )
    return json_response(shape(call.urls, repo, label))


async def delete_repository_label(call: Call) -> Response:
    repo = call.repository(LABELS_CREATE)
    actions.delete_label(call.site, repo, call.user, _label(repo, call.path("name")))
    return no_content()


def _issue(call: Call) -> tuple[Repository, Issue]:
    repo = call.repository(DISCUSS_READ)
    return repo, repo.issue(call.number())


async def list_issue_labels(call: Call) -> Response:
    repo, issue = _issue(call)
    return call.page([shape(call.urls, repo, label) for label in issue.labels])


async def add_issue_labels(call: Call) -> Response:
    repo, issue = to_triage(call)
    await actions.add_labels(call.site, repo, issue, call.user, await call.names_or_list("labels"))
    return _shapes(call, repo, issue.labels)


async def set_issue_labels(call: Call) -> Response:
    repo, issue = to_triage(call)
    await actions.set_labels(call.site, repo, issue, call.user, await call.names_or_list("labels"))
    return _shapes(call, repo, issue.labels)


async def remove_issue_label(call: Call) -> Response:
    repo, issue = to_triage(call)
    await actions.remove_label(call.site, repo, issue, call.user, call.path("name"))
    return _shapes(call, repo, issue.labels)


_REPO = "/repos/{owner}/{repo}/labels"
_ISSUE = "/repos/{owner}/{repo}/issues/{number:int}/labels"
ENDPOINTS = (
    Endpoint("GET", _REPO, list_repository_labels, "issues/labels#list-labels-for-a-repository"),
    Endpoint("POST", _REPO, create_repository_label, "issues/labels#create-a-label"),
    Endpoint("GET", _REPO + "/{name:path}", get_repository_label, "issues/labels#get-a-label"),
    Endpoint("PATCH", _REPO + "/{name:path}", update_repository_label, "issues/labels#update-a-label"),
    Endpoint("DELETE", _REPO + "/{name:path}", delete_repository_label, "issues/labels#delete-a-label"),
    Endpoint("GET", _ISSUE, list_issue_labels, "issues/labels#list-labels-for-an-issue"),
    Endpoint("POST", _ISSUE, add_issue_labels, "issues/labels#add-labels-to-an-issue"),
    Endpoint("PUT", _ISSUE, set_issue_labels, "issues/labels#set-labels-for-an-issue"),
    Endpoint(
        "DELETE", _ISSUE + "/{name:path}", remove_issue_label, "issues/labels#remove-a-label-from-an-issue"
    ),
)
