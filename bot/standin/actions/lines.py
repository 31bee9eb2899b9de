"""Comments on lines: put where the diff has them, and looked for again when the diff changes."""

from __future__ import annotations

from dataclasses import dataclass

from bot.standin.actions import pull_view
from bot.standin.actions.comments import BODY_LIMIT
from bot.standin.errors import GitHubError
from bot.standin.git import hunks
from bot.standin.git.hunks import Line
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Pull, Repository
from bot.standin.world.reviews import Review, ReviewComment, Side


@dataclass(frozen=True)
class LineComment:
    """A comment that is to be made. Without a line it is about the whole file."""

    path: str
    body: str
    line: int | None = None
    side: Side = "RIGHT"
    start_line: int | None = None
    start_side: Side | None = None
    position: int | None = None


def no(message: str) -> GitHubError:
    return GitHubError(422, "Unprocessable Entity", [message])


@dataclass(frozen=True)
class Patches:
    """Of the files that a pull request changes."""

    of: dict[str, str]

    @staticmethod
    async def read(site: Site, repo: Repository, pull: Pull) -> Patches:
        changes = await pull_view.files(site, repo, pull)
        return Patches({change.path: change.patch or "" for change in changes})

    def place(self, site: Site, pull: Pull, by: User, review_id: int, new: LineComment) -> ReviewComment:
        if new.path not in self.of:
            raise no("Path could not be resolved")
        if not new.body.strip():
            raise no("Body can't be blank")
        if len(new.body) > BODY_LIMIT:
            raise no(f"Body is too long (maximum is {BODY_LIMIT} characters)")
        found = hunks.lines(self.of[new.path])
        line = self._line(found, new)
        now, patch = site.world.now(), self.of[new.path]
        comment = ReviewComment(
            site.world.next_id("review_comment"), by, new.body, now, now, review_id=review_id, path=new.path
        )
        comment.commit_id = comment.original_commit_id = pull.head_sha
        comment.diff_hunk = patch.split("\n")[0]
        if line is None:
            return comment
        side: Side = new.side if line.number(new.side) is not None else "LEFT"
        comment.line = comment.original_line = line.number(side)
        comment.position = comment.original_position = line.position
        comment.side, comment.diff_hunk = side, hunks.until(found, line)
        if new.start_line is not None:
            comment.start_line = comment.original_start_line = new.start_line
            comment.start_side = new.start_side or side
        return comment

    def _line(self, found: list[Line], new: LineComment) -> Line | None:
        if new.position is not None and new.line is None:
            line = hunks.at_position(found, new.position)
        elif new.line is not None:
            line = hunks.at(found, new.side, new.line)
        else:
            return None
        if line is None:
            raise no("Line could not be resolved")
        if new.start_line is not None:
            start = hunks.at(found, new.start_side or new.side, new.start_line)
            if start is None or start.hunk != line.hunk:
                raise no("Start line must be part of the same hunk as the line.")
            if start.position >= line.position:
                raise no("Pull request review thread start line must precede the end line.")
        return line

    def follow(self, comment: ReviewComment, head_sha: str) -> None:
        """Outdated is what no longer has the same text in the same place."""
        if comment.line is None:
            return
        line = hunks.at(hunks.lines(self.of.get(comment.path, "")), comment.side, comment.line)
        if line is not None and line.text == comment.diff_hunk.rpartition("\n")[2]:
            comment.commit_id, comment.position = head_sha, line.position
        else:
            comment.line = comment.position = comment.start_line = None


async def follow_head(site: Site, repo: Repository, pull: Pull) -> None:
    reviews: list[Review] = pull.reviews
    if any(review.comments for review in reviews):
        patches = await Patches.read(site, repo, pull)
        for review in reviews:
            for comment in review.comments:
                patches.follow(comment, pull.head_sha)
