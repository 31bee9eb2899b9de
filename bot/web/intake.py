"""What a webhook must be to be let in. No I/O: headers and bytes in, a delivery or a refusal out."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from bot.store.port import NewDelivery
from bot.web.depth import DEEPEST, too_deep

MAX_BODY = 25 * 1024**2
"""GitHub's own limit."""

LONGEST_NUMBER = 12

_DELIVERY = re.compile(r"[A-Za-z0-9-]{1,64}")
_EVENT = re.compile(r"[a-z0-9_]{1,64}")

_READ = {
    name.encode(): name
    for name in (
        "content-type",
        "content-length",
        "content-encoding",
        "x-github-delivery",
        "x-github-event",
        "x-hub-signature-256",
    )
}


class Refusal(NamedTuple):
    status: int
    sentence: str


class _Envelope(msgspec.Struct):
    """Read to know that it is JSON and an object; nothing in it is believed yet."""

    action: str | None = None


_DECODER = msgspec.json.Decoder(_Envelope)


def pick_headers(given: Iterable[tuple[bytes, bytes]]) -> dict[str, str] | Refusal:
    """Those that are read. One that is there twice could mean one thing to us and another to a proxy."""
    picked: dict[str, str] = {}
    for name, value in given:
        known = _READ.get(name)
        if known is None:
            continue
        if known in picked:
            return Refusal(400, f"the {known} header is there twice")
        picked[known] = value.decode("latin-1")
    return picked


def check_headers(headers: Mapping[str, str]) -> Refusal | None:
    """All that can be refused before a byte of the body is read. Names are lower case."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return Refusal(
            415, "set the webhook's content type to application/json: on GitHub, Settings, Webhooks, Edit"
        )
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        return Refusal(415, "send the body as it is signed, without a content encoding")
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
    wrong = _unreadable(body)
    if wrong:
        return Refusal(400, f"the body is not a JSON object: {wrong}")
    return NewDelivery(id=headers["x-github-delivery"], event=headers["x-github-event"], payload=body)


def _signed(signature: str, body: bytes, secrets: Sequence[bytes]) -> bool:
    # As bytes: a header may hold what compare_digest refuses in text. All secrets are tried, in equal time.
    given = signature.encode("utf-8", "surrogateescape")
    found = False
    for secret in secrets:
        expected = b"sha256=" + hmac.digest(secret, body, "sha256").hex().encode()
        found |= hmac.compare_digest(given, expected)
    return found


def _unreadable(body: bytes) -> str:
    """Why whoever reads it later could not; nothing when all is well."""
    try:
        _DECODER.decode(body)
        if not body.isascii():
            # The decoder does not look at the texts that it skips.
            body.decode()
    except RecursionError:
        return _DEEP
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return str(error)
    return _DEEP if too_deep(body) else ""


_DEEP = f"it is nested deeper than {DEEPEST}"
