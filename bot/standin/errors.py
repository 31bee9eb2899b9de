"""The ways GitHub says no. Messages are GitHub's own: clients do match on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Problem = Mapping[str, str] | str


class GitHubError(Exception):
    """An answer other than success, with the status and the body that GitHub would give."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[Problem] = (),
        *,
        headers: Mapping[str, str] | None = None,
        docs: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.docs = docs
        """The page below docs.github.com/rest about it, where that is not the endpoint's own."""


def not_found() -> GitHubError:
    return GitHubError(404, "Not Found")


def bad_credentials() -> GitHubError:
    return GitHubError(401, "Bad credentials")


def requires_authentication() -> GitHubError:
    return GitHubError(401, "Requires authentication")


def not_accessible(by: str, accepted: str = "") -> GitHubError:
    """`accepted` are the permissions that would have done; GitHub names them in a header."""
    headers = {"X-Accepted-GitHub-Permissions": accepted} if accepted else {}
    return GitHubError(403, f"Resource not accessible by {by}", headers=headers)


def must_be_admin() -> GitHubError:
    return GitHubError(403, "Must have admin rights to Repository.")


def suspended() -> GitHubError:
    return GitHubError(403, "This installation has been suspended")


_LIMITS = "using-the-rest-api/rate-limits-for-the-rest-api"
_SUPPORT = "If you reach out to GitHub Support for help, please include the request ID and timestamp."


def rate_limited(who: str, status: int = 403) -> GitHubError:
    """The primary limit; `who` is a user, an installation or an app, with its id."""
    return GitHubError(status, f"API rate limit exceeded for {who}. {_SUPPORT}", docs=_LIMITS)


def slow_down(retry_after: int | None, status: int = 403) -> GitHubError:
    """The secondary limit, which says how long to wait, or does not even say that."""
    return GitHubError(
        status,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
        + _SUPPORT,
        headers={} if retry_after is None else {"Retry-After": str(retry_after)},
        docs=f"{_LIMITS}#about-secondary-rate-limits",
    )


def unprocessable(message: str) -> GitHubError:
    return GitHubError(422, message)


def invalid(resource: str, field: str, code: str, message: str | None = None) -> GitHubError:
    problem = {"resource": resource, "code": code, "field": field}
    return GitHubError(422, "Validation Failed", [problem | ({"message": message} if message else {})])


def refused(resource: str, message: str) -> GitHubError:
    """A rule of the resource itself said no; GitHub names no field then."""
    problem = {"resource": resource, "code": "custom", "message": message}
    return GitHubError(422, "Validation Failed", [problem])
