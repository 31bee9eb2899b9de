"""Repositories, forks and branches; commits as if pushed."""

from __future__ import annotations

from collections.abc import Mapping

from bot.standin.actions import moving, refs
from bot.standin.errors import GitHubError
from bot.standin.git import files as git_files
from bot.standin.git import forks, objects
from bot.standin.git import refs as git_refs
from bot.standin.git.objects import Change, Identity
from bot.standin.persons.base import Acting
from bot.standin.roles import Role
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository


class WithGit(Acting):
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
            await self._push(repo, repo.owner, default_branch, files, "Initial commit", None)
        return repo

    async def fork(self, repo: str, *, by: str) -> Repository:
        """A copy below the person's own name; the app is not installed there."""
        parent = self.repository(repo)
        fork = self.world.add_repository(
            by, parent.name, private=parent.private, default_branch=parent.default_branch
        )
        fork.parent, fork.installed = parent, False
        await self.site.git.create(fork.id, fork.default_branch)
        await forks.copy(self.site.git_of(parent), self.site.git_of(fork))
        return fork

    async def delete_repository(self, repo: str) -> None:
        """Pull requests that came from it stay, and no longer know where from."""
        gone = self.repository(repo)
        del self.world.repositories[gone.full_name.lower()]
        for other in self.world.repositories.values():
            for issue in other.issues.values():
                if issue.pull is not None and issue.pull.head_repository is gone:
                    issue.pull.head_repository = None

    def rename(self, repo: str, name: str, *, by: str) -> None:
        moving.rename(*self._of(repo, by), name)

    def transfer(self, repo: str, owner: str, *, by: str) -> None:
        moving.transfer(*self._of(repo, by), self.world.user(owner))

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
        return await self._push(repository, user, branch, files, message, start or repository.default_branch)

    async def force_push(
        self,
        repo: str,
        branch: str,
        files: Mapping[str, bytes | None],
        message: str,
        *,
        by: str,
        start: str,
    ) -> str:
        """The branch as one commit on top of `start`: what it had besides is thrown away."""
        site, repository, user = self._of(repo, by)
        parent = await git_refs.resolve(site.git_of(repository), start)
        sha = await self._commit(repository, user, parent, files, message)
        await refs.update_ref(site, repository, user, f"refs/heads/{branch}", sha, force=True)
        return sha

    async def delete_branch(self, repo: str, branch: str, *, by: str) -> None:
        site, repository, user = self._of(repo, by)
        await refs.delete_ref(site, repository, user, f"refs/heads/{branch}")

    async def _push(
        self,
        repo: Repository,
        by: User,
        branch: str,
        files: Mapping[str, bytes | None],
        message: str,
        start: str | None,
    ) -> str:
        git, name = self.site.git_of(repo), f"refs/heads/{branch}"
        tip = await git_refs.branch_sha(git, branch)
        parent = tip if tip or start is None else await git_refs.resolve(git, start)
        sha = await self._commit(repo, by, parent, files, message)
        if tip is None:
            await refs.create_ref(self.site, repo, by, name, sha)
        else:
            await refs.update_ref(self.site, repo, by, name, sha, force=False)
        return sha

    async def _commit(
        self,
        repo: Repository,
        by: User,
        parent: str | None,
        files: Mapping[str, bytes | None],
        message: str,
    ) -> str:
        git = self.site.git_of(repo)
        changes: list[Change] = []
        for path, content in files.items():
            sha = None if content is None else await objects.write_blob(git, content)
            changes.append(Change(path, "100644", sha))
        who = Identity(by.login, by.email, self.world.now())
        return await objects.write_commit(
            git,
            tree=await objects.write_tree(git, parent, changes),
            parents=[parent] if parent else [],
            message=message,
            author=who,
            committer=who,
        )

    async def read_file(self, repo: str, ref: str, path: str) -> bytes | None:
        """What a file says at a branch, tag or commit; None where there is none."""
        git = self.site.git_of(self.repository(repo))
        try:
            entry = await git_files.entry_at(git, await git_refs.resolve(git, ref), path)
        except GitHubError:
            return None
        return await objects.read_blob(git, entry.sha)
