"""What a fault answers instead of the truth: limits, server errors, races that were lost."""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.standin.errors import GitHubError, rate_limited, slow_down
from bot.standin.faults import Fault
from bot.standin.rest.answers import error_response
from bot.standin.rest.endpoint import common_headers

MESSAGES = {
    401: "Bad credentials", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 422: "Validation Failed",
    500: "Server Error", 502: "Server Error", 504: "We couldn't respond to your request in time.",
}  # fmt: skip
UNICORN = (
    "<html><head><title>Unicorn! &middot; GitHub</title></head><body>No server is available.</body></html>"
)


def refusal(fault: Fault, request: Request) -> Response:
    if fault.status == 503 and fault.message is None:
        # Not every error is JSON.
        return HTMLResponse(UNICORN, 503)
    response = error_response(_error(fault))
    response.headers.update(common_headers(request))
    return response


def _error(fault: Fault) -> GitHubError:
    if fault.what == "primary_limit":
        error = rate_limited("user ID 1", fault.status or 403)
        error.headers.update(_used_up(fault.retry_after or 60))
        return error
    if fault.what == "secondary_limit":
        return slow_down(fault.retry_after, fault.status or 403)
    status = fault.status or 500
    return GitHubError(status, fault.message or MESSAGES.get(status, "Server Error"))


def _used_up(seconds: int) -> dict[str, str]:
    """No `Retry-After` here: the client must read the reset."""
    return {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Used": "5000",
        "X-RateLimit-Reset": str(int(time.time()) + seconds),
        "X-RateLimit-Resource": "core",
    }
