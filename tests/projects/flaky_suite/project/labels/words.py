"""Labels as they are typed."""

from __future__ import annotations

import re
import unicodedata

_BETWEEN = re.compile(r"[\s_]+")


def normal(label: str) -> str:
    """`  Hello_World ` is `hello-world`."""
    folded = unicodedata.normalize("NFKC", label).strip().lower()
    return _BETWEEN.sub("-", folded)


def parse(text: str) -> list[str]:
    """Labels between commas, each once."""
    return list({normal(part) for part in text.split(",")})
