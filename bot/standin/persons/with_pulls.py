"""Pull requests, their reviews, and what is said about their lines."""

from __future__ import annotations

from collections.abc import Sequence

from bot.standin.actions import merging, pull_view, pulls, review_comments, review_requests, reviews
from bot.standin.actions.lines import LineComment
from bot.standin.actions.pulls import NewPull
from bot.standin.git import compare
from bot.standin.persons.base import Acting
from bot.standin.world.repositories import Issue
from bot.standin.world.reviews import Review, ReviewComment


class WithPulls(Acting):
    def pulls(self, repo: str, state: str = "all") -> list[Issue]:
        """Issues that are pull requests; what a pull request has more is in `.pull`."""
        found = self.repository(repo).issues.values()
        return [issue for issue in found if issue.pull is not None and state in ("all", issue.state)]

    async def open_pull(self, repo: str, new: NewPull, *, by: str) -> int:
        issue, _ = await pulls.open_pull(*self._of(repo, by), new)
        return issue.number

    async def diff(self, repo: str, number: int) -> str:
        repository = self.repository(repo)
        _, pull = repository.pull(number)
        fork = await pull_view.fork_point(self.site, repository, pull)
        text = await compare.diff(self.site.git_of(repository), fork, pull.head_sha)
        return text.decode(errors="replace")

    async def ready(self, repo: str, number: int, *, by: str) -> None:
        await pulls.make_ready(*self._pull(repo, number, by))

    async def draft(self, repo: str, number: int, *, by: str) -> None:
        await pulls.make_draft(*self._pull(repo, number, by))

    async def merge(self, repo: str, number: int, *, by: str, method: str = "merge") -> str:
        return await merging.merge_pull(*self._pull(repo, number, by), method=method)

    async def update_branch(self, repo: str, number: int, *, by: str) -> None:
        await merging.update_branch(*self._pull(repo, number, by), None)

    async def change_base(self, repo: str, number: int, base: str, *, by: str) -> None:
        await pulls.change_base(*self._pull(repo, number, by), base)

    async def request_review(self, repo: str, number: int, *logins: str, by: str) -> None:
        await review_requests.request(*self._pull(repo, number, by), logins)

    async def review(
        self,
        repo: str,
        number: int,
        event: str,
        body: str = "",
        *,
        by: str,
        comments: Sequence[LineComment] = (),
    ) -> int:
        """`event` is APPROVE, REQUEST_CHANGES or COMMENT."""
        made = await reviews.create_review(
            *self._pull(repo, number, by), event=event, body=body, comments=comments
        )
        return made.id

    async def approve(self, repo: str, number: int, *, by: str, body: str = "") -> int:
        return await self.review(repo, number, "APPROVE", body, by=by)

    async def request_changes(
        self, repo: str, number: int, body: str, *, by: str, comments: Sequence[LineComment] = ()
    ) -> int:
        return await self.review(repo, number, "REQUEST_CHANGES", body, by=by, comments=comments)

    def _review(self, repo: str, number: int, review_id: int) -> Review:
        _, pull = self.repository(repo).pull(number)
        return next(review for review in pull.reviews if review.id == review_id)

    async def edit_review(self, repo: str, number: int, review_id: int, body: str, *, by: str) -> None:
        site, repository, issue, pull, user = self._pull(repo, number, by)
        review = self._review(repo, number, review_id)
        reviews.edit_review(site, repository, issue, pull, review, user, body)

    async def dismiss(self, repo: str, number: int, review_id: int, why: str, *, by: str) -> None:
        site, repository, issue, pull, user = self._pull(repo, number, by)
        review = self._review(repo, number, review_id)
        reviews.dismiss_review(site, repository, issue, pull, review, user, why)

    async def comment_on_line(
        self, repo: str, number: int, path: str, line: int, body: str, *, by: str
    ) -> ReviewComment:
        new = LineComment(path, body, line)
        return await review_comments.create_comment(*self._pull(repo, number, by), new)

    async def reply(self, repo: str, number: int, comment_id: int, body: str, *, by: str) -> ReviewComment:
        _, _, to = self.repository(repo).review_comment(comment_id)
        return await review_comments.reply(*self._pull(repo, number, by), to, body)

    async def edit_line_comment(self, repo: str, comment_id: int, body: str, *, by: str) -> None:
        site, repository, user = self._of(repo, by)
        issue, _, comment = repository.review_comment(comment_id)
        found = repository.pull(issue.number)
        review_comments.edit_comment(site, repository, *found, comment, user, body)

    def line_comments(self, repo: str, number: int) -> list[ReviewComment]:
        _, pull = self.repository(repo).pull(number)
        return [comment for review in pull.reviews for comment in review.comments]
