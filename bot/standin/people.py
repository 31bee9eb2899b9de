"""People, as tests and the demo play them: each helper does what the REST route does, webhook included."""

from __future__ import annotations

from collections.abc import Mapping

from bot.standin.actions import comments, issues, pull_view, pulls, refs, reviews
from bot.standin.actions.issues import IssueEdit
from bot.standin.errors import GitHubError
from bot.standin.git import compare, objects
from bot.standin.git import files as git_files
from bot.standin.git import refs as git_refs
from bot.standin.git.objects import Change, Identity
from bot.standin.roles import Role
from bot.standin.site import Site
from bot.standin.world import Comment, Delivery, Hook, Issue, Pull, Repository, User, World


class StandIn:
    """A running stand-in GitHub. Repositories are named `owner/name`, users by their login."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @property
    def world(self) -> World:
        return self.site.world

    @property
    def url(self) -> str:
        return self.world.urls.root

    @property
    def api_url(self) -> str:
        return self.world.urls.api

    def repository(self, full_name: str) -> Repository:
        owner, _, name = full_name.partition("/")
        return self.world.repository(owner, name)

    def _of(self, full_name: str, by: str) -> tuple[Site, Repository, User]:
        return self.site, self.repository(full_name), self.world.user(by)

    def issue(self, repo: str, number: int) -> Issue:
        return self.repository(repo).issue(number)

    def connect_hook(self, url: str, secret: str, events: tuple[str, ...] = ("*",)) -> Hook:
        """The app's own webhook. A second call moves it, with all that was sent to it before."""
        for hook in self.world.hooks:
            if hook.repository_id is None:
                hook.url, hook.secret, hook.events = url, secret, events
                return hook
        hook = Hook(self.world.next_id("hook"), url, secret, events, self.world.now())
        self.world.hooks.append(hook)
        return hook

    async def deliveries(self) -> list[Delivery]:
        """All attempts, after those still under way have ended."""
        await self.site.hooks.settled()
        return list(self.world.deliveries)

    async def redeliver(self, delivery_id: int) -> Delivery:
        return self.site.hooks.redeliver(delivery_id)

    async def add_repository(
        self,
        owner: str,
        name: str,
        files: Mapping[str, bytes],
        default_branch: str = "main",
        *,
        private: bool = False,
        description: str | None = None,
        collaborators: Mapping[str, Role] | None = None,
    ) -> Repository:
        """A new repository with these files in its first commit, or none at all."""
        repo = self.world.add_repository(
            owner, name, private=private, description=description, default_branch=default_branch
        )
        repo.collaborators.update(
            {self.world.add_user(who).login: role for who, role in (collaborators or {}).items()}
        )
        await self.site.git.create(repo.id, default_branch)
        if files:
            await self._commit(repo, repo.owner, default_branch, files, "Initial commit")
        return repo

    async def push(
        self,
        repo: str,
        branch: str,
        files: Mapping[str, bytes | None],
        message: str,
        *,
        by: str,
        start: str | None = None,
    ) -> str:
        """A commit on a branch, as if pushed; None deletes a file, a new branch starts at `start`."""
        _, repository, user = self._of(repo, by)
        return await self._commit(
            repository, user, branch, files, message, start or repository.default_branch
        )

    async def _commit(
        self,
        repo: Repository,
        by: User,
        branch: str,
        files: Mapping[str, bytes | None],
        message: str,
        start: str | None = None,
    ) -> str:
        git = self.site.git_of(repo)
        tip = await git_refs.branch_sha(git, branch)
        parent = tip if tip or start is None else await git_refs.resolve(git, start)
        changes: list[Change] = []
        for path, content in files.items():
            sha = None if content is None else await objects.write_blob(git, content)
            changes.append(Change(path, "100644", sha))
        who = Identity(by.login, by.email, self.world.now())
        sha = await objects.write_commit(
            git,
            tree=await objects.write_tree(git, parent, changes),
            parents=[parent] if parent else [],
            message=message,
            author=who,
            committer=who,
        )
        if tip is None:
            await refs.create_ref(self.site, repo, by, f"refs/heads/{branch}", sha)
        else:
            await refs.update_ref(self.site, repo, by, f"refs/heads/{branch}", sha, force=False)
        return sha

    async def read_file(self, repo: str, ref: str, path: str) -> bytes | None:
        """What a file says at a branch, tag or commit; None where there is none."""
        git = self.site.git_of(self.repository(repo))
        try:
            entry = await git_files.entry_at(git, await git_refs.resolve(git, ref), path)
        except GitHubError:
            return None
        return await objects.read_blob(git, entry.sha)

    async def open_issue(self, repo: str, title: str, body: str = "", *, by: str) -> int:
        return (await issues.open_issue(*self._of(repo, by), title=title, body=body)).number

    async def edit_issue(self, repo: str, number: int, edit: IssueEdit, *, by: str) -> None:
        site, repository, user = self._of(repo, by)
        await issues.edit_issue(site, repository, repository.issue(number), user, edit)

    async def close(self, repo: str, number: int, *, by: str) -> None:
        """An issue or a pull request."""
        await self.edit_issue(repo, number, IssueEdit(state="closed"), by=by)

    async def reopen(self, repo: str, number: int, *, by: str) -> None:
        await self.edit_issue(repo, number, IssueEdit(state="open"), by=by)

    def create_label(self, repo: str, name: str, *, by: str, color: str = "0e8a16") -> None:
        issues.create_label(*self._of(repo, by), name=name, color=color, description=None)

    async def label(self, repo: str, number: int, name: str, by: str) -> None:
        site, repository, user = self._of(repo, by)
        await issues.add_labels(site, repository, repository.issue(number), user, [name])

    async def unlabel(self, repo: str, number: int, name: str, by: str) -> None:
        site, repository, user = self._of(repo, by)
        await issues.remove_label(site, repository, repository.issue(number), user, name)

    async def comment(self, repo: str, number: int, body: str, by: str) -> Comment:
        site, repository, user = self._of(repo, by)
        return await comments.create_comment(site, repository, repository.issue(number), user, body)

    def comments(self, repo: str, number: int) -> list[Comment]:
        return list(self.issue(repo, number).comments)

    def pulls(self, repo: str, state: str = "all") -> list[Issue]:
        """Issues that are pull requests; what a pull request has more is in `.pull`."""
        found = self.repository(repo).issues.values()
        return [issue for issue in found if issue.pull is not None and state in ("all", issue.state)]

    async def diff(self, repo: str, number: int) -> str:
        repository = self.repository(repo)
        _, pull = repository.pull(number)
        fork = await pull_view.fork_point(self.site, repository, pull)
        return (await compare.diff(self.site.git_of(repository), fork, pull.head_sha)).decode(
            errors="replace"
        )

    def _pull(self, repo: str, number: int, by: str) -> tuple[Site, Repository, Issue, Pull, User]:
        site, repository, user = self._of(repo, by)
        return site, repository, *repository.pull(number), user

    async def ready(self, repo: str, number: int, *, by: str) -> None:
        await pulls.make_ready(*self._pull(repo, number, by))

    async def merge(self, repo: str, number: int, *, by: str, method: str = "merge") -> str:
        return await pulls.merge_pull(*self._pull(repo, number, by), method=method)

    async def review(self, repo: str, number: int, event: str, body: str = "", *, by: str) -> int:
        """`event` is APPROVE, REQUEST_CHANGES or COMMENT."""
        return (await reviews.create_review(*self._pull(repo, number, by), event=event, body=body)).id
