"""Why NATS would not do what the bus needs, and what to do about it."""

from __future__ import annotations

from nats.js.errors import APIError, ServiceUnavailableError

NEEDED = "publish to $JS.API.>, $JS.ACK.> and redfirst.>, subscribe to _INBOX.>"
"""What the user at NATS has to be allowed."""

_ROOM = (
    "give its JetStream more room (max_file_store, or the account's max_file), or remove what nobody needs"
)

_TO_DO = {
    10002: _ROOM,
    10023: _ROOM,
    10026: "raise the account's limit of consumers, we need three",
    10027: "raise the account's limit of streams, we need two",
    10028: "raise the account's max_mem, or remove what nobody needs",
    10035: "enable JetStream there (nats-server -js)",
    10039: "enable JetStream there for the account of this user",
    10047: _ROOM,
    10065: "another stream there has subjects that begin with redfirst: take them from it",
    10076: "enable JetStream there (nats-server -js)",
    10077: "the queue is full: start more workers",
    10122: "raise the account's limit of bytes in a stream",
}


_CAN_DO_WITHOUT = ("$sys.", "$js.api.info")


def forbidden(error: BaseException) -> str:
    """What this user may not do, when it is that."""
    said = why(error)
    needed = not any(f'"{subject}' in said.lower() for subject in _CAN_DO_WITHOUT)
    return said if "permissions violation" in said.lower() and needed else ""


def why(error: BaseException) -> str:
    if isinstance(error, APIError) and error.description:
        return error.description
    return str(error).removeprefix("nats: ") or type(error).__name__


def what_to_do(error: BaseException) -> str:
    code = error.err_code if isinstance(error, APIError) else None
    if code in _TO_DO:
        return _TO_DO[code]
    if isinstance(error, ServiceUnavailableError):
        return "enable JetStream there (nats-server -js)"
    return "see to its streams, and that this user may manage them"
