"""What a webhook must be to be let in. No I/O: headers and bytes in, a delivery or a refusal out."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from bot.store.port import NewDelivery

MAX_BODY = 25 * 1024**2
"""GitHub's own limit."""

LONGEST_NUMBER = 12

_DELIVERY = re.compile(r"[A-Za-z0-9-]{1,64}")
_EVENT = re.compile(r"[a-z_]{1,64}")


class Refusal(NamedTuple):
    status: int
    sentence: str


class _Envelope(msgspec.Struct):
    """Read to know that it is JSON and an object; nothing in it is believed yet."""

    action: str | None = None


_DECODER = msgspec.json.Decoder(_Envelope)


def check_headers(headers: Mapping[str, str]) -> Refusal | None:
    """All that can be refused before a byte of the body is read. Names are lower case."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return Refusal(415, "set the webhook's content type to application/json")
    length = headers.get("content-length")
    if length is not None and not (length.isascii() and length.isdigit()):
        return Refusal(400, "the content length is not a number")
    if length is not None and (len(length) > LONGEST_NUMBER or int(length) > MAX_BODY):
        return too_large()
    if not _DELIVERY.fullmatch(headers.get("x-github-delivery", "")):
        return Refusal(400, "the X-GitHub-Delivery header is missing or malformed")
    if not _EVENT.fullmatch(headers.get("x-github-event", "")):
        return Refusal(400, "the X-GitHub-Event header is missing or malformed")
    if "x-hub-signature-256" not in headers:
        return Refusal(401, "the delivery is not signed: set the same secret here and on GitHub")
    return None


def too_large() -> Refusal:
    return Refusal(413, f"the body is larger than {MAX_BODY} bytes")


def accept(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> NewDelivery | Refusal:
    if not _signed(headers["x-hub-signature-256"], body, secrets):
        return Refusal(401, "the signature does not fit: set the same secret here and on GitHub")
    try:
        _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Refusal(400, f"the body is not a JSON object: {error}")
    return NewDelivery(id=headers["x-github-delivery"], event=headers["x-github-event"], payload=body)


def _signed(signature: str, body: bytes, secrets: Sequence[bytes]) -> bool:
    # As bytes: a header may hold what compare_digest refuses in text. All secrets are tried, in equal time.
    given = signature.encode("utf-8", "surrogateescape")
    found = False
    for secret in secrets:
        expected = b"sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest().encode()
        found |= hmac.compare_digest(given, expected)
    return found
