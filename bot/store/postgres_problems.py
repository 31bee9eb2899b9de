"""What PostgreSQL's refusals mean for the operator, as sentences that never hold a password."""

from __future__ import annotations

import psycopg

from bot.store.port import StoreUnavailable

_RESTARTING = "57"
_DEADLOCKS = {"40001", "40P01"}
# We were away for too long between two statements, and what they changed was undone.
_AWAY = "25P03"

# By SQLSTATE; two characters stand for a class of them.
_SENTENCES = {
    "28": "refused the user or the password: correct them in the store's URL",
    "3D": "has no database of this name: create it, or correct the store's URL",
    "42501": "does not let this user change its tables: grant it the rights, or use the user that owns them",
    "53100": "has a full disk: make room, and try again",
    "53300": "has no free connection: raise its max_connections, or start fewer processes",
    "25006": "is read-only, perhaps a standby: give the URL of the primary",
    _AWAY: "ended a connection that was cut off: see that the network between us is well",
    "57": "is starting, stopping or ended the connection: wait until it is up again",
}
_UNREACHABLE = "cannot be reached: start it, or correct the store's URL"


def explained(error: psycopg.Error, place: str) -> Exception:
    """The error to raise: StoreUnavailable where an operator can act, the error itself where it is a bug."""
    state = _state(error)
    said = _SENTENCES.get(state) or _SENTENCES.get(state[:2])
    if said is None and not state and isinstance(error, psycopg.OperationalError):
        said = _UNREACHABLE
    return error if said is None else StoreUnavailable(f"PostgreSQL at {place} {said}")


def is_passing(error: psycopg.Error) -> bool:
    """Nothing was done and it may work in a moment: a restart, a cut connection, a deadlock."""
    state = _state(error)
    unreachable = not state and isinstance(error, psycopg.OperationalError)
    return unreachable or state.startswith(_RESTARTING) or state in _DEADLOCKS or state == _AWAY


def _state(error: psycopg.Error) -> str:
    if error.sqlstate:
        return error.sqlstate
    # libpq gives none for a connection that was never made, only what the server said.
    said = str(error)
    if "does not exist" in said:
        return "3D000" if "database" in said else "28000"
    if any(words in said for words in ("authentication failed", "pg_hba.conf", "no password supplied")):
        return "28000"
    if "too many clients" in said or "remaining connection slots" in said:
        return "53300"
    if "starting up" in said or "shutting down" in said:
        return "57P03"
    return ""
