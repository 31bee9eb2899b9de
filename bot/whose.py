"""Whose a delivery is, as it says itself: only to let nobody stand before all others."""

from __future__ import annotations

import msgspec

NOBODYS = ""


class _Repository(msgspec.Struct):
    full_name: str


class _Envelope(msgspec.Struct):
    repository: _Repository


_DECODER = msgspec.json.Decoder(_Envelope)


def whose(payload: bytes) -> str:
    try:
        return _DECODER.decode(payload).repository.full_name
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return NOBODYS
