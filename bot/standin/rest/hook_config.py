"""Where a webhook goes, and what its secret is: shown without it, changed field by field."""

from __future__ import annotations

from bot.standin.errors import refused
from bot.standin.jsontypes import Body
from bot.standin.world.hooks import Hook

CONTENT_TYPES = ("json", "form")


def apply(hook: Hook, given: Body) -> None:
    url = given.maybe_text("url")
    content_type = given.maybe_text("content_type") or hook.content_type
    if url is not None and not url.startswith(("http://", "https://")):
        raise refused("Hook", f"url is not supported: {url}")
    if content_type not in CONTENT_TYPES:
        raise refused("Hook", f"content_type is not supported: {content_type}")
    hook.url, hook.content_type = url or hook.url, content_type
    if given.has("secret"):
        hook.secret = given.maybe_text("secret") or ""
    if given.has("insecure_ssl"):
        hook.insecure_ssl = given.text_or_number("insecure_ssl")
