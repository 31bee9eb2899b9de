"""What Daytona's SDK raises, as ours: whose move it is. Its words are a stranger's, and bounded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from bot.retry_after import asked_to_wait
from bot.sandboxes.remote.heeding import heeding
from bot.sandboxes.remote.host import HostSilent
from workflows.errors import Gone, OperatorProblem, Problem, SandboxBroken

if TYPE_CHECKING:
    from daytona.common.errors import DaytonaError

T = TypeVar("T")

_WORDS = 300
_REFUSED = {401, 403}
_GONE = {404, 410}
_TOO_MANY = 429
_CONFLICT = 409
_SERVER = 500


async def asked(name: str, work: Callable[[], Awaitable[T]]) -> T:
    """Work with the provider's own API."""
    from daytona.common import errors as daytona

    try:
        return await heeding(work)
    except (daytona.DaytonaTimeoutError, daytona.DaytonaConnectionError) as silent:
        raise HostSilent(f"{name} does not answer: {_said(silent)}") from silent
    except daytona.DaytonaError as error:
        raise _by_status(name, error) from error


def _by_status(name: str, error: DaytonaError) -> Problem:
    status, said = error.status_code, _said(error)
    if status in _GONE:
        return Gone(f"{name} does not know it: {said}")
    if status in _REFUSED:
        return OperatorProblem(f"{name} refuses what we ask with REDFIRST_DAYTONA_API_KEY: {said}")
    if status is None or status == _CONFLICT:
        return SandboxBroken(f"{name} could not do it: {said}")
    if status == _TOO_MANY or status >= _SERVER:
        headers = {key.lower(): str(value) for key, value in error.headers.items()}
        return HostSilent(f"{name} cannot serve us now: {said}", wait=asked_to_wait(headers))
    return OperatorProblem(f"{name} refused: {said}")


async def told(work: Callable[[], Awaitable[T]]) -> T:
    """Work with the agent in one sandbox, whose failures are that sandbox's alone."""
    import aiohttp
    from daytona.common import errors as daytona

    try:
        return await heeding(work)
    except daytona.DaytonaError as error:
        if isinstance(error.__cause__, Problem):
            # Our own, raised by who listens, and wrapped on its way through the SDK.
            raise error.__cause__ from None
        if error.status_code in _GONE:
            raise Gone(f"The sandbox has ended: {_said(error)}") from error
        raise SandboxBroken(f"The sandbox does not answer: {_said(error)}") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SandboxBroken(f"The sandbox does not answer: {_said(error)}") from error


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:_WORDS] or type(error).__name__
