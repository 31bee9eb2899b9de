"""What E2B's SDK raises, as ours: whose move it is. Its words are a stranger's, and bounded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.sandboxes.remote.heeding import heeding
from bot.sandboxes.remote.host import HostSilent
from workflows.errors import Gone, OperatorProblem, Problem, SandboxBroken

T = TypeVar("T")

_WORDS = 300
_REFUSED = {401, 403}
_TOO_MANY = 429
_NOT_FOUND = 404
_CONFLICT = 409
_SERVER = 500


async def asked(name: str, work: Callable[[], Awaitable[T]]) -> T:
    """Work with the provider's own API."""
    import httpx
    from e2b import exceptions as e2b

    try:
        return await heeding(work)
    except (e2b.NotFoundException, e2b.SandboxNotRunningException) as missing:
        raise Gone(f"{name} does not know it: {_said(missing)}") from missing
    except e2b.AuthenticationException as refused:
        raise OperatorProblem(f"{name} refuses REDFIRST_E2B_API_KEY: {_said(refused)}") from refused
    except (e2b.ServiceBusyException, e2b.RateLimitException, e2b.TimeoutException) as busy:
        raise HostSilent(f"{name} cannot serve us now: {_said(busy)}") from busy
    except e2b.SandboxException as error:
        raise _by_status(name, error.status_code, _said(error)) from error
    except (httpx.HTTPError, OSError) as silent:
        raise HostSilent(f"{name} does not answer: {_said(silent)}") from silent


def _by_status(name: str, status: int | None, said: str) -> Problem:
    if status == _NOT_FOUND:
        return Gone(f"{name} does not know it: {said}")
    if status in _REFUSED:
        return OperatorProblem(f"{name} refuses what we ask with REDFIRST_E2B_API_KEY: {said}")
    if status is None or status == _CONFLICT:
        return SandboxBroken(f"{name} could not do it: {said}")
    if status == _TOO_MANY or status >= _SERVER:
        return HostSilent(f"{name} cannot serve us now: {said}")
    return OperatorProblem(f"{name} refused: {said}")


async def told(work: Callable[[], Awaitable[T]]) -> T:
    """Work with the agent in one sandbox, whose failures are that sandbox's alone."""
    import httpx
    from e2b import exceptions as e2b

    try:
        return await heeding(work)
    except (e2b.SandboxNotRunningException, e2b.SandboxNotFoundException) as ended:
        raise Gone(f"The sandbox has ended: {_said(ended)}") from ended
    except (e2b.SandboxException, e2b.AuthenticationException, httpx.HTTPError, OSError) as error:
        raise SandboxBroken(f"The sandbox does not answer: {_said(error)}") from error


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:_WORDS] or type(error).__name__
