"""No secret goes on in a text."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import quote

import pytest

from policies.redaction import SHORTEST, Redactor

LETTERS = "Ab3dEf6hIj9kLmNo2qRsTu5wXyZa8cDeFg1iJkLm4oPqRs7uVwXy"

SECRETS = {
    "a GitHub token": [
        "ghp_" + LETTERS[:36],
        "ghs_" + LETTERS[:40],
        "github_pat_" + LETTERS[:22] + "_" + LETTERS,
    ],
    "a GitLab token": ["glpat-" + LETTERS[:20]],
    "an AWS key": ["AKIA" + "QWERTY0123456789"],
    "a Google key": ["AIza" + LETTERS[:35]],
    "a Slack token": ["xoxb-" + "123456789012-" + LETTERS[:24]],
    "a Stripe key": ["sk_live_" + LETTERS[:24]],
    "an API key": ["sk-" + LETTERS, "sk-ant-" + LETTERS, "sk-proj-" + LETTERS, "hf_" + LETTERS[:34]],
    "an npm token": ["npm_" + LETTERS[:36]],
    "a PyPI token": ["pypi-" + LETTERS * 2],
    "a signed token": ["eyJ" + LETTERS[:20] + ".eyJ" + LETTERS[:30] + "." + LETTERS[:43]],
}
EACH = [(name, secret) for name, secrets in SECRETS.items() for secret in secrets]

redact = Redactor()


@pytest.mark.parametrize(("name", "secret"), EACH)
@pytest.mark.parametrize("around", ["{}", "token={}", '{{"token":"{}"}}', "log: {}\n", "x {} y", "'{}',"])
def test_what_looks_like_a_secret_is_named_and_gone(name: str, secret: str, around: str) -> None:
    said = redact(around.format(secret))
    assert said == around.format(f"[redacted: {name}]")


def test_a_private_key_is_gone_with_all_its_lines() -> None:
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS}\n{LETTERS}\n-----END RSA PRIVATE KEY-----"
    assert redact(f"before\n{key}\nafter") == "before\n[redacted: a private key]\nafter"


def test_a_private_key_that_was_cut_off_is_gone_to_the_end() -> None:
    assert redact(f"-----BEGIN PRIVATE KEY-----\n{LETTERS}") == "[redacted: a private key]"


def test_the_password_of_an_address_is_gone_and_the_address_is_not() -> None:
    said = redact("cannot reach postgresql://app:s3cret@db.internal:5432/app: refused")
    assert said == "cannot reach postgresql://[redacted: a password]@db.internal:5432/app: refused"


def test_an_authorization_header_is_gone() -> None:
    assert redact("Authorization: Bearer abcdefgh12345678") == "Authorization: [redacted: a credential]"


@pytest.mark.parametrize(
    "text",
    [
        "3f786850e387550fdab836ed7e6dc881de23001b",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "https://github.com/acme/shop/pull/7#issuecomment-1",
        "https://example.org:8080/a@b",
        "ask-me-anything-about-this-very-long-thing",
        "the test tests/unit/test_token.py::test_ghp_prefix failed",
        "AKIA is how they begin",
    ],
)
def test_what_only_reminds_of_one_stays(text: str) -> None:
    assert redact(text) == text


def test_a_value_of_ours_is_gone_in_every_spelling() -> None:
    ours = 'pa"ss wörd/1+2'
    knowing = Redactor([ours])
    for spelling in (
        ours,
        json.dumps(ours)[1:-1],
        quote(ours, safe=""),
        base64.b64encode(ours.encode()).decode(),
    ):
        assert knowing(f"x={spelling};") == "x=[redacted: a secret of ours];"


def test_the_longer_of_two_values_goes_as_a_whole() -> None:
    assert Redactor(["hunter2hunter2", "hunter2hunter2-more"])("hunter2hunter2-more") == (
        "[redacted: a secret of ours]"
    )


def test_a_value_too_short_to_be_a_secret_takes_nothing_away() -> None:
    short = "x" * (SHORTEST - 1)
    assert Redactor([short, ""])(f"{short} and more") == f"{short} and more"


def test_doing_it_twice_changes_nothing() -> None:
    once = redact("\n".join(secret for _, secret in EACH))
    assert redact(once) == once


@pytest.mark.parametrize(
    "hostile",
    [
        "-----BEGIN PRIVATE KEY-----" * 20_000,
        "eyJ" * 200_000,
        "eyJ" + "a" * 300_000 + ".eyJ" + "a" * 300_000,
        "://" * 200_000,
        "://" + "a" * 500_000 + ":",
        "a:" * 300_000 + "@",
        "ghp_" * 150_000,
        "sk-" * 200_000,
        "Authorization: Bearer " * 30_000,
        "xoxb-" * 100_000,
    ],
    ids=lambda text: f"{text[:12]}x{len(text)}",
)
def test_a_hostile_text_costs_no_more_than_its_length(hostile: str) -> None:
    began = time.process_time()
    redact(hostile)
    assert time.process_time() - began < 5
