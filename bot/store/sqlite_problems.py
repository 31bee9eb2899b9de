"""What SQLite's refusals mean for the operator."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.store.port import StoreUnavailable

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def is_busy(error: sqlite3.Error) -> bool:
    return _kind(error) in _BUSY


def explained(error: Exception, path: Path) -> Exception:
    """The error to raise: StoreUnavailable where an operator can act, the error itself where it is a bug."""
    said = _sentence(error, path) if isinstance(error, sqlite3.Error) else None
    if said is None:
        return error
    problem = StoreUnavailable(said)
    problem.__cause__ = error
    return problem


def _kind(error: sqlite3.Error) -> int:
    """The low byte is the kind; what is above it only says where it was noticed."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF


def _sentence(error: sqlite3.Error, path: Path) -> str | None:
    kind = _kind(error)
    if kind in _BUSY:
        return (
            f"the store {path} is locked by another process: "
            "stop whatever keeps it busy (a backup, a database browser), and try again"
        )
    if kind in _READ_ONLY:
        return (
            f"the store {path} is read-only: make the file and its directory writable for this user, "
            "or choose another place"
        )
    if kind == sqlite3.SQLITE_CANTOPEN:
        return (
            f"the store {path} cannot be opened: make its directory {path.parent} exist "
            "and be writable for this user"
        )
    if kind == sqlite3.SQLITE_FULL:
        return f"the disk that holds the store {path} is full: make room, and try again"
    if kind == sqlite3.SQLITE_IOERR:
        return f"the disk that holds the store {path} fails ({error}): check it, and restore from a backup"
    if kind in _DAMAGED:
        return f"the store {path} is not a database or is damaged: move it away, or restore a backup"
    return None
