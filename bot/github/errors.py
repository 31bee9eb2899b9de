"""What GitHub's refusals mean for us: whose move it is."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Generator
from typing import TYPE_CHECKING, cast

from pydantic import ValidationError

from bot.github.limits import LEAST_WAIT
from bot.retry_after import asked_to_wait
from workflows.errors import Gone, OperatorProblem, Passing, Problem, UserProblem

if TYPE_CHECKING:
    from githubkit.exception import GraphQLFailed, RequestFailed

log = logging.getLogger("redfirst.github")

SAID = 500
"""How much of what GitHub says about a refusal is worth a line in the log."""


class GitHubAway(Passing):
    """GitHub itself did not answer, or answered that it is broken."""


class RateLimited(Passing):
    """GitHub answers, but wants to be asked no more for a while by this installation or token."""


class NotPermitted(OperatorProblem):
    """Our token lacks the permission for it."""


class Invalid(OperatorProblem):
    """GitHub does not take what it was sent: a conflict with what is there, or with a rule of its own."""

    def __init__(self, sentence: str, said: str) -> None:
        super().__init__(sentence)
        self.said = said
        """In GitHub's words, to tell one conflict from another; never shown to people."""

    def says(self, words: str) -> bool:
        """Its codes are the same words as its sentences, written in another way."""
        return words in self.said.lower().replace("_", " ").replace("-", " ")


@contextlib.contextmanager
def understood(doing: str) -> Generator[None]:
    """Turns githubkit's errors into ours, with what we were doing in the sentence."""

    from githubkit.exception import (
        AuthCredentialError,
        AuthExpiredError,
        GitHubException,
        GraphQLFailed,
        RateLimitExceeded,
        RequestError,
        RequestFailed,
        RequestTimeout,
    )

    try:
        yield
    except RateLimitExceeded as error:
        wait = max(error.retry_after.total_seconds(), LEAST_WAIT)
        raise RateLimited(f"{doing}: GitHub's rate limit", wait=wait) from error
    except RequestFailed as error:
        raise _problem(doing, error) from error
    except RequestTimeout as error:
        raise GitHubAway(f"{doing}: GitHub did not answer in time") from error
    except RequestError as error:  # pyright: ignore[reportUnknownVariableType] - of whatever it wraps
        raise _beneath(doing, cast("Exception", error.exc)) from error
    except (AuthCredentialError, AuthExpiredError) as error:
        raise OperatorProblem(f"{doing}: our credentials are not good; renew the token or key") from error
    except GraphQLFailed as error:
        raise _from_graphql(doing, error) from error
    except GitHubException as error:
        raise GitHubAway(f"{doing}: GitHub cannot be reached ({type(error).__name__})") from error
    except ValidationError as error:
        # Not GitHubAway: one odd answer shall not keep everybody from asking.
        raise Passing(f"{doing}: GitHub's answer cannot be read") from error


def _beneath(doing: str, error: Exception) -> Problem:
    """Our own transport speaks in Problems, but githubkit wraps whatever comes from beneath it."""
    from jwt import PyJWTError

    match error:
        case RateLimited(wait=wait):
            return RateLimited(f"{doing}: GitHub's rate limit", wait=wait)
        case PyJWTError():
            return OperatorProblem(
                f"{doing}: the App's private key cannot be read: set REDFIRST_GITHUB_PRIVATE_KEY to the text "
                "of the PEM file, with its line breaks"
            )
        case Problem():
            return error
        case _:
            return GitHubAway(f"{doing}: GitHub cannot be reached ({type(error).__name__})")


def _from_graphql(doing: str, error: GraphQLFailed) -> Problem:
    """GraphQL refuses with 200, and says in words of its own what REST says by its status."""
    errors = error.response.errors or ()
    kinds = {one.type for one in errors}
    said = "; ".join(one.message for one in errors)
    log.info("%s: GitHub answered %.*s", doing, SAID, said)
    if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
        return NotPermitted(f"{doing}: our token may not do this; give the App the permission")
    if "NOT_FOUND" in kinds:
        return Gone(f"{doing}: it does not exist, or our token may not see it")
    return Invalid(f"{doing}: GitHub refused it", said)


def _problem(doing: str, error: RequestFailed) -> Problem:
    response = error.response
    status = response.status_code
    if status >= 500:
        return GitHubAway(f"{doing}: GitHub answered {status}", wait=asked_to_wait(response.headers))
    log.info("%s: GitHub answered %d: %.*s", doing, status, SAID, response.text)
    match status:
        case 401:
            return OperatorProblem(f"{doing}: GitHub does not accept our credentials; renew the token or key")
        case 403:
            return NotPermitted(f"{doing}: our token may not do this; give the App the permission")
        case 404 | 410 | 451:
            return Gone(f"{doing}: it does not exist, or our token may not see it")
        case 406:
            return UserProblem(f"{doing}: it is too large for GitHub to show; make smaller pieces of it")
        case 409 | 422:
            return Invalid(f"{doing}: GitHub refused it with {status}", response.text)
        case _:
            return OperatorProblem(f"{doing}: GitHub refused it with {status}")
