"""GitHub's payloads, as far as we read them: narrow models that forgive all they do not need."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from handlers.events import ReviewState
from workflows.branch import issue_of
from workflows.trigger import Actor, IssueSnapshot, Tenant
from workflows.verdicts import Place

LONGEST_HUNK = 4_000


class _Narrow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class User(_Narrow):
    id: int
    login: str
    type: str = "User"

    def actor(self) -> Actor:
        return Actor(id=self.id, login=self.login, is_bot=self.type == "Bot")


class Repository(_Narrow):
    full_name: str


class Installation(_Narrow):
    id: int


class Label(_Narrow):
    name: str


class Issue(_Narrow):
    number: int
    title: str
    body: str | None = None
    html_url: str = ""
    user: User | None = None
    pull_request: _Narrow | None = None

    @property
    def is_pull_request(self) -> bool:
        return self.pull_request is not None

    def snapshot(self) -> IssueSnapshot:
        return IssueSnapshot(
            number=self.number,
            title=self.title,
            body=self.body or "",
            author=self.user.login if self.user else "",
            url=self.html_url,
        )


class Comment(_Narrow):
    id: int
    body: str | None = None


class LineComment(Comment):
    path: str
    line: int | None = None
    original_line: int | None = None
    diff_hunk: str = ""

    def place(self) -> Place:
        # The end of the hunk is where the line is.
        hunk = self.diff_hunk[-LONGEST_HUNK:]
        return Place(path=self.path, line=self.line or self.original_line, hunk=hunk)


class Head(_Narrow):
    ref: str
    sha: str = ""
    repo: Repository | None = None


class PullRequest(_Narrow):
    number: int
    title: str = ""
    body: str | None = None
    html_url: str = ""
    user: User | None = None
    merged: bool = False
    head: Head

    def branch(self, repository: Repository) -> str:
        """Anybody can open a pull request from a fork, with a branch that looks like ours."""
        own = self.head.repo is not None and self.head.repo.full_name == repository.full_name
        return self.head.ref if own else ""

    def snapshot(self) -> IssueSnapshot:
        return IssueSnapshot(
            number=self.number,
            title=self.title,
            body=self.body or "",
            author=self.user.login if self.user else "",
            url=self.html_url,
        )


class Review(_Narrow):
    id: int
    state: str
    body: str | None = None

    def stance(self) -> ReviewState:
        known = {"approved": ReviewState.APPROVED, "changes_requested": ReviewState.CHANGES_REQUESTED}
        return known.get(self.state.lower(), ReviewState.COMMENTED)


class App(_Narrow):
    id: int = 0
    client_id: str | None = None
    slug: str | None = None
    name: str = ""


class CheckSuite(_Narrow):
    head_branch: str | None = None
    head_sha: str
    conclusion: str | None = None
    app: App | None = None


class Tip(_Narrow):
    sha: str


class Branch(_Narrow):
    name: str
    commit: Tip


class Inputs(_Narrow):
    issue: int = 0
    command: str = ""


class _From(_Narrow):
    name: str = Field(alias="from")


class _NameChange(_Narrow):
    name: _From | None = None


class _Owner(_Narrow):
    user: User | None = None
    organization: User | None = None


class _OwnerFrom(_Narrow):
    owner: _Owner = Field(alias="from")


class _Changes(_Narrow):
    repository: _NameChange | None = None
    owner: _OwnerFrom | None = None


class Payload(_Narrow):
    """What every payload has that we read."""

    sender: User
    repository: Repository
    installation: Installation | None = None

    def tenant(self) -> Tenant:
        installation = self.installation.id if self.installation else None
        return Tenant(repository=self.repository.full_name, installation=installation)


class LabeledPayload(Payload):
    issue: Issue
    label: Label


class AssignedPayload(Payload):
    issue: Issue
    assignee: User


class CommentedPayload(Payload):
    issue: Issue
    comment: Comment


class LineCommentedPayload(Payload):
    pull_request: PullRequest
    comment: LineComment


class ReviewedPayload(Payload):
    pull_request: PullRequest
    review: Review


class PullRequestPayload(Payload):
    pull_request: PullRequest


class _Edits(_Narrow):
    base: _Narrow | None = None


class EditedPayload(PullRequestPayload):
    changes: _Edits = _Edits()


class PushPayload(Payload):
    ref: str
    after: str
    deleted: bool = False


class CheckSuitePayload(Payload):
    check_suite: CheckSuite


class StatusPayload(Payload):
    sha: str
    state: str
    context: str
    branches: tuple[Branch, ...] = ()

    def branch(self) -> str:
        """One of ours that is at this commit, if there is any: many branches can hold one."""
        names = [branch.name for branch in self.branches if branch.commit.sha == self.sha]
        return next((name for name in names if issue_of(name) is not None), names[0] if names else "")


class MovedPayload(Payload):
    changes: _Changes

    def before(self) -> str:
        owner, _, name = self.repository.full_name.partition("/")
        if self.changes.repository and self.changes.repository.name:
            name = self.changes.repository.name.name
        if self.changes.owner:
            last = self.changes.owner.owner.user or self.changes.owner.owner.organization
            owner = last.login if last else owner
        return f"{owner}/{name}"


class DispatchedPayload(Payload):
    inputs: Inputs | None = None
