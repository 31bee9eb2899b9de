"""Issues, their labels, comments and assignees."""

from __future__ import annotations

from bot.standin.actions import assignees, comments, issues, labels
from bot.standin.actions.issues import IssueEdit
from bot.standin.persons.base import Acting
from bot.standin.world.talk import Comment, Reaction


class WithIssues(Acting):
    async def open_issue(self, repo: str, title: str, body: str = "", *, by: str) -> int:
        return (await issues.open_issue(*self._of(repo, by), title=title, body=body)).number

    async def edit_issue(self, repo: str, number: int, edit: IssueEdit, *, by: str) -> None:
        await issues.edit_issue(*self._issue(repo, number, by), edit)

    async def close(self, repo: str, number: int, *, by: str) -> None:
        """An issue or a pull request."""
        await self.edit_issue(repo, number, IssueEdit(state="closed"), by=by)

    async def reopen(self, repo: str, number: int, *, by: str) -> None:
        await self.edit_issue(repo, number, IssueEdit(state="open"), by=by)

    async def lock(self, repo: str, number: int, *, by: str, reason: str | None = None) -> None:
        await issues.lock(*self._issue(repo, number, by), reason)

    def create_label(self, repo: str, name: str, *, by: str, color: str = "0e8a16") -> None:
        labels.create_label(*self._of(repo, by), name=name, color=color, description=None)

    async def label(self, repo: str, number: int, name: str, by: str) -> None:
        await labels.add_labels(*self._issue(repo, number, by), [name])

    async def unlabel(self, repo: str, number: int, name: str, by: str) -> None:
        await labels.remove_label(*self._issue(repo, number, by), name)

    async def assign(self, repo: str, number: int, login: str, *, by: str) -> None:
        """Only the owner and collaborators can be assigned; anybody else is ignored, as on GitHub."""
        await assignees.assign(*self._issue(repo, number, by), [login])

    async def unassign(self, repo: str, number: int, login: str, *, by: str) -> None:
        await assignees.unassign(*self._issue(repo, number, by), [login])

    async def comment(self, repo: str, number: int, body: str, by: str) -> Comment:
        """On an issue or a pull request."""
        return await comments.create_comment(*self._issue(repo, number, by), body)

    async def edit_comment(self, repo: str, comment_id: int, body: str, *, by: str) -> None:
        site, repository, user = self._of(repo, by)
        await comments.edit_comment(site, repository, *repository.comment(comment_id), user, body)

    async def delete_comment(self, repo: str, comment_id: int, *, by: str) -> None:
        site, repository, user = self._of(repo, by)
        await comments.delete_comment(site, repository, *repository.comment(comment_id), user)

    def comments(self, repo: str, number: int) -> list[Comment]:
        return list(self.issue(repo, number).comments)

    def reactions(self, repo: str, number: int) -> list[Reaction]:
        return list(self.issue(repo, number).reactions)
