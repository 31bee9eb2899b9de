"""What looks like a secret, and what is one of ours, taken out of a text. Pure.

A secret that got as far as a text has leaked already; here it is kept from going any further.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from typing import NamedTuple

SHORTEST = 8
"""A shorter value is no secret, and would be found in texts that have nothing to do with it."""


class _Form(NamedTuple):
    name: str
    marks: tuple[str, ...]
    """One of these is in every text that has it: to look for them costs next to nothing."""
    pattern: re.Pattern[str]


def _form(name: str, *marks: str, pattern: str) -> _Form:
    return _Form(name, marks, re.compile(pattern))


# Each ends in a bound, and none can be matched in two ways: texts are hostile, and may be long.
_FORMS = (
    _form("a private key", "PRIVATE KEY", pattern=r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?s:.*?)"
          r"(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)"),
    _form("a credential", "uthorization: ",
          pattern=r"(?<=[Aa]uthorization: )(?:[Bb]earer|[Bb]asic|[Tt]oken) [A-Za-z0-9._~+/=\-]{8,2000}"),
    _form("a password", "://", pattern=r"(?<=://)[^/\s:@\"'<>]{0,100}:[^/\s@\"'<>]{1,300}(?=@)"),
    _form("a GitHub token", "github_pat_", pattern=r"\bgithub_pat_[A-Za-z0-9_]{22,255}"),
    _form("a GitHub token", "gho_", "ghp_", "ghr_", "ghs_", "ghu_",
          pattern=r"\bgh[oprsu]_[A-Za-z0-9_.\-]{36,1000}"),
    _form("a GitLab token", "glpat-", pattern=r"\bglpat-[A-Za-z0-9_\-]{20,300}"),
    _form("an AWS key", "AKIA", "ASIA", pattern=r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    _form("a Google key", "AIza", pattern=r"\bAIza[A-Za-z0-9_\-]{35}"),
    _form("a Slack token", "xox", pattern=r"\bxox[abeoprs]-[A-Za-z0-9\-]{10,250}"),
    _form("a Stripe key", "k_live_", pattern=r"\b[rs]k_live_[A-Za-z0-9]{20,250}"),
    _form("an API key", "sk-", pattern=r"\bsk-[A-Za-z0-9_\-]{20,250}"),
    _form("an API key", "hf_", "e2b_", "dtn_",
          pattern=r"\b(?:hf_[A-Za-z0-9]{30,100}|e2b_[0-9a-f]{40}|dtn_[0-9a-f]{64})"),
    _form("an npm token", "npm_", pattern=r"\bnpm_[A-Za-z0-9]{36}\b"),
    _form("a PyPI token", "pypi-", pattern=r"\bpypi-[A-Za-z0-9_\-]{50,500}"),
    _form("a signed token", "eyJ",
          pattern=r"\beyJ[A-Za-z0-9_\-]{8,4000}\.eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{8,2000}"),
)  # fmt: skip


class Redactor:
    def __init__(self, known: Iterable[str] = ()) -> None:
        """`known` are the values that must never be seen, such as our own keys, whatever they look like."""
        ours = {form for value in known if len(value) >= SHORTEST for form in _spellings(value)}
        # The longest first: one may be the beginning of another.
        values = "|".join(map(re.escape, sorted(ours, key=len, reverse=True)))
        self._ours = re.compile(values or "(?!)")

    def __call__(self, text: str) -> str:
        """The same text, with a note where each was."""
        text = self._ours.sub(_note("a secret of ours"), text)
        for form in _FORMS:
            if any(mark in text for mark in form.marks):
                text = form.pattern.sub(_note(form.name), text)
        return text


def _note(name: str) -> str:
    return f"[redacted: {name}]"


def _spellings(value: str) -> Iterable[str]:
    """As it is, and as it is in a log of JSON, in an address, and in a header or a file of a cluster."""
    yield value
    yield json.dumps(value)[1:-1]
    yield "".join(_escaped(byte) for byte in value.encode())
    yield base64.b64encode(value.encode()).decode()


def _escaped(byte: int) -> str:
    character = chr(byte)
    plain = character.isascii() and (character.isalnum() or character in "_.-~")
    return character if plain else f"%{byte:02X}"
