"""What GitHub's refusals mean for us: whose move it is."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import TYPE_CHECKING

from bot.retry_after import asked_to_wait
from workflows.errors import Gone, OperatorProblem, Passing, Problem

if TYPE_CHECKING:
    from githubkit.exception import RequestFailed

LEAST_WAIT = 60.0
"""What GitHub wants of those whom it has limited without saying for how long."""


class GitHubAway(Passing):
    """GitHub itself did not answer, or answered that it is broken."""


class RateLimited(Passing):
    """GitHub answers, but wants to be asked no more for a while by this installation or token."""


@contextlib.contextmanager
def understood(doing: str) -> Generator[None]:
    """Turns githubkit's errors into ours, with what we were doing in the sentence."""

    from githubkit.exception import (
        AuthCredentialError,
        AuthExpiredError,
        GitHubException,
        RateLimitExceeded,
        RequestFailed,
        RequestTimeout,
    )

    try:
        yield
    except RateLimitExceeded as error:
        raise RateLimited(
            f"{doing}: GitHub's rate limit", wait=max(error.retry_after.total_seconds(), 1.0)
        ) from error
    except RequestFailed as error:
        raise _problem(doing, error) from error
    except RequestTimeout as error:
        raise GitHubAway(f"{doing}: GitHub did not answer in time") from error
    except (AuthCredentialError, AuthExpiredError) as error:
        raise OperatorProblem(f"{doing}: our credentials are not good; renew the token or key") from error
    except GitHubException as error:
        raise GitHubAway(f"{doing}: GitHub cannot be reached ({type(error).__name__})") from error


def _problem(doing: str, error: RequestFailed) -> Problem:
    response = error.response
    status = response.status_code
    if status >= 500:
        return GitHubAway(f"{doing}: GitHub answered {status}", wait=asked_to_wait(response.headers))
    if status == 401:
        return OperatorProblem(f"{doing}: GitHub does not accept our credentials; renew the token or key")
    if status == 429 or (status == 403 and "rate limit" in response.text):
        return RateLimited(f"{doing}: GitHub's rate limit", wait=LEAST_WAIT)
    if status == 403:
        return OperatorProblem(f"{doing}: our token may not do this; give the App the permission")
    if status == 404:
        return Gone(f"{doing}: it does not exist, or our token may not see it")
    return OperatorProblem(f"{doing}: GitHub refused it with {status}")
