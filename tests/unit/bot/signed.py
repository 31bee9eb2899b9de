"""A delivery as GitHub signs it."""

from __future__ import annotations

import hashlib
import hmac

SECRET = b"secret"
BODY = b'{"action": "labeled"}'
DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def headers(
    body: bytes = BODY,
    *,
    secret: bytes = SECRET,
    length: int | None = len(BODY),
    kind: str = "application/json",
    delivery: str = DELIVERY,
    event: str = "issues",
) -> list[tuple[bytes, bytes]]:
    signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
    given = [
        (b"content-type", kind.encode()),
        (b"x-github-delivery", delivery.encode()),
        (b"x-github-event", event.encode()),
        (b"x-hub-signature-256", f"sha256={signature}".encode()),
    ]
    return given if length is None else [*given, (b"content-length", str(length).encode())]
