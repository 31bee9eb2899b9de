"""What a webhook must be to be let in: decided on headers and bytes alone."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.store.port import NewDelivery
from bot.web.intake import MAX_BODY, Refusal, accept, check_headers, pick_headers

SECRET, OLD = b"secret", b"old secret"
BODY = b'{"action": "labeled"}'


def sign(body: bytes = BODY, secret: bytes = SECRET) -> str:
    return f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"


def repr_of(body: bytes) -> str:
    return repr(body[:30])


def headers(**changed: str | None) -> dict[str, str]:
    fine: dict[str, str | None] = {
        "content-type": "application/json",
        "content-length": str(len(BODY)),
        "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "x-github-event": "issues",
        "x-hub-signature-256": sign(),
    }
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in (fine | named).items() if value is not None}


def test_what_github_sends_is_let_in() -> None:
    assert check_headers(headers()) is None
    assert check_headers(headers(content_length=None)) is None
    assert check_headers(headers(content_type="application/json; charset=utf-8")) is None


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"content_type": None}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
        ({"content_type": "text/plain; application/json"}, 415),
        ({"content_encoding": "gzip"}, 415),
        ({"content_encoding": "identity, gzip"}, 415),
        ({"content_length": "-1"}, 400),
        ({"content_length": "+5"}, 400),
        ({"content_length": "1e3"}, 400),
        ({"content_length": ""}, 400),
        ({"content_length": "٣"}, 400),
        ({"content_length": str(MAX_BODY + 1)}, 413),
        ({"content_length": "9" * 19}, 413),
        ({"content_length": "9" * 5_000}, 413),
        ({"x_github_delivery": None}, 400),
        ({"x_github_delivery": ""}, 400),
        ({"x_github_delivery": "a" * 65}, 400),
        ({"x_github_delivery": "a" * 1_000_000}, 400),
        ({"x_github_delivery": "a/../b"}, 400),
        ({"x_github_delivery": "a\n"}, 400),
        ({"x_github_event": None}, 400),
        ({"x_github_event": "Issues"}, 400),
        ({"x_github_event": "issues; drop"}, 400),
        ({"x_hub_signature_256": None}, 401),
    ],
)
def test_what_is_wrong_in_the_headers_is_refused_before_the_body_is_read(
    changed: dict[str, str | None], status: int
) -> None:
    refusal = check_headers(headers(**changed))
    assert refusal is not None
    assert refusal.status == status
    assert refusal.sentence


def test_a_body_of_just_the_limit_is_let_in() -> None:
    assert check_headers(headers(content_length=str(MAX_BODY))) is None


def test_a_signed_body_is_a_delivery_with_its_bytes_as_they_came() -> None:
    assert accept(headers(), BODY, [SECRET]) == NewDelivery(
        id="72d3162e-cc78-11e3-81ab-4c9367dc0958", event="issues", payload=BODY
    )


@pytest.mark.parametrize("secret", [SECRET, OLD])
def test_either_of_two_secrets_will_do_while_they_are_exchanged(secret: bytes) -> None:
    signed = headers(x_hub_signature_256=sign(secret=secret))
    assert isinstance(accept(signed, BODY, [SECRET, OLD]), NewDelivery)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        sign()[:-1],
        sign() + "0",
        sign().upper(),
        sign().removeprefix("sha256="),
        sign().replace("sha256", "sha1"),
        " " + sign(),
        sign(secret=b"another"),
        sign(secret=b""),
        sign(body=BODY + b" "),
        "sha256=" + "ß" * 64,
        "sha256=\udcff",
        "\x00",
    ],
)
def test_any_other_signature_is_refused(signature: str) -> None:
    refusal = accept(headers(x_hub_signature_256=signature), BODY, [SECRET, OLD])
    assert isinstance(refusal, Refusal)
    assert refusal.status == 401


def test_without_a_secret_nothing_is_let_in() -> None:
    refusal = accept(headers(), BODY, [])
    assert isinstance(refusal, Refusal)
    assert refusal.status == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"1",
        b"null",
        b"{}{}",
        b"\xff",
        b'{"action": 1}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"a":NaN}',
        b'{"a":' + b"[" * 100_000,
        b'{"a":' + b"[" * MAX_BODY,
        b'{"a":' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"a":' + b'{"a":' * 300 + b"1" + b"}" * 301,
    ],
    ids=repr_of,
)
def test_what_is_signed_and_no_json_object_is_refused(body: bytes) -> None:
    refusal = accept(headers(x_hub_signature_256=sign(body)), body, [SECRET])
    assert isinstance(refusal, Refusal)
    assert refusal.status == 400
    assert refusal.sentence.startswith("the body is not a JSON object")


def test_what_is_let_in_can_be_read_by_whoever_reads_it_later() -> None:
    """The deepest there may be."""

    class Narrow(BaseModel):
        action: str

    body = b'{"action":"\xc3\xbc","deep":' + b"[" * 99 + b"]" * 99 + b"}"
    taken = accept(headers(x_hub_signature_256=sign(body)), body, [SECRET])
    assert isinstance(taken, NewDelivery)
    assert Narrow.model_validate_json(taken.payload).action == "ü"


def test_a_body_full_of_small_things_does_not_stop_everybody_else() -> None:
    body = b'{"a":[' + b"{}," * (MAX_BODY // 3 - 10) + b"{}]}"
    began = time.process_time()
    assert isinstance(accept(headers(x_hub_signature_256=sign(body)), body, [SECRET]), NewDelivery)
    assert time.process_time() - began < 10


def test_headers_that_are_read_are_picked_and_no_others() -> None:
    given = [(b"accept", b"*/*"), (b"accept", b"x"), (b"x-github-event", b"issues")]
    assert pick_headers(given) == {"x-github-event": "issues"}


@pytest.mark.parametrize("name", list(headers()))
def test_a_header_that_is_there_twice_is_refused_even_if_both_say_the_same(name: str) -> None:
    given = [(each.encode(), value.encode()) for each, value in headers().items()]
    refusal = pick_headers([*given, (name.encode(), headers()[name].encode())])
    assert isinstance(refusal, Refusal)
    assert refusal.status == 400
    assert name in refusal.sentence


def test_a_form_is_told_what_to_change_and_where() -> None:
    refusal = check_headers(headers(content_type="application/x-www-form-urlencoded"))
    assert refusal is not None
    assert "application/json" in refusal.sentence
    assert "on GitHub, Settings, Webhooks" in refusal.sentence


def test_the_signature_is_looked_at_before_the_body() -> None:
    refusal = accept(headers(), b"not json", [SECRET])
    assert isinstance(refusal, Refusal)
    assert refusal.status == 401


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(list(headers())), st.text(max_size=80), max_size=5))
def test_no_headers_make_it_raise(given_headers: dict[str, str]) -> None:
    refusal = check_headers(given_headers)
    assert refusal is None or 400 <= refusal.status < 500
