"""The ways GitHub says no. Messages are GitHub's own: clients do match on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Problem = Mapping[str, str] | str


class GitHubError(Exception):
    """An answer other than success, with the status and the body that GitHub would give."""

    def __init__(self, status: int, message: str, errors: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = tuple(errors)


def not_found() -> GitHubError:
    return GitHubError(404, "Not Found")


def bad_credentials() -> GitHubError:
    return GitHubError(401, "Bad credentials")


def requires_authentication() -> GitHubError:
    return GitHubError(401, "Requires authentication")


def not_accessible(by: str) -> GitHubError:
    return GitHubError(403, f"Resource not accessible by {by}")


def unprocessable(message: str) -> GitHubError:
    return GitHubError(422, message)


def invalid(resource: str, field: str, code: str, message: str | None = None) -> GitHubError:
    problem = {"resource": resource, "code": code, "field": field}
    return GitHubError(422, "Validation Failed", [problem | ({"message": message} if message else {})])


def refused(resource: str, message: str) -> GitHubError:
    """A rule of the resource itself said no; GitHub names no field then."""
    problem = {"resource": resource, "code": "custom", "message": message}
    return GitHubError(422, "Validation Failed", [problem])
