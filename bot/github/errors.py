"""What GitHub's refusals mean for us: whose move it is."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from workflows.errors import Gone, OperatorProblem, Passing


@contextlib.contextmanager
def understood(doing: str) -> Generator[None]:
    """Turns githubkit's errors into ours, with what we were doing in the sentence."""

    from githubkit.exception import (
        GitHubException,
        RateLimitExceeded,
        RequestFailed,
        RequestTimeout,
    )

    try:
        yield
    except RateLimitExceeded as error:
        raise Passing(f"{doing}: GitHub's rate limit, again in {error.retry_after}") from error
    except RequestFailed as error:
        raise _problem(doing, error.response.status_code) from error
    except RequestTimeout as error:
        raise Passing(f"{doing}: GitHub did not answer in time") from error
    except GitHubException as error:
        raise Passing(f"{doing}: GitHub cannot be reached ({type(error).__name__})") from error


def _problem(doing: str, status: int) -> Exception:
    if status >= 500:
        return Passing(f"{doing}: GitHub answered {status}")
    if status == 401:
        return OperatorProblem(f"{doing}: GitHub does not accept our credentials; renew the token or key")
    if status == 403:
        return OperatorProblem(f"{doing}: our token may not do this; give the App the permission")
    if status == 404:
        return Gone(f"{doing}: it does not exist, or our token may not see it")
    return OperatorProblem(f"{doing}: GitHub refused it with {status}")
