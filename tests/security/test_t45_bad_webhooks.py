"""Ten thousand deliveries that are not GitHub's: none is let in, and none makes us stumble."""

from __future__ import annotations

import random

from bot.web.intake import Refusal, accept, check_headers
from tests.unit.bot.signed import BODY, SECRET, headers

TIMES = 10_000
TRICKS = [
    "",
    "sha256=",
    "sha1=",
    "\udcff",
    "é",
    "\0",
    "\n",
    "=" * 9,
    "0" * 64,
    "9" * 5_000,
    ";",
    "../",
    "application/json",
]


def mangled(chance: random.Random) -> tuple[dict[str, str], bytes]:
    given = {name.decode(): value.decode() for name, value in headers()}
    body = bytearray(BODY)
    for _ in range(chance.randint(1, 4)):
        name = chance.choice(list(given) or ["x"])
        match chance.randint(0, 4):
            case 0:
                given.pop(name, None)
            case 1:
                given[name] = chance.choice(TRICKS)
            case 2:
                value = given.get(name, "")
                at = chance.randint(0, len(value))
                given[name] = value[:at] + chr(chance.randint(0, 0x24F)) + value[at:]
            case 3:
                body[chance.randrange(len(body))] ^= 1 << chance.randint(0, 7)
            case _:
                body = bytearray(chance.randbytes(chance.randint(1, 60)))
    return given, bytes(body)


def test_nothing_that_was_tampered_with_is_let_in() -> None:
    chance = random.Random(45)
    genuine = {name.decode(): value.decode() for name, value in headers()}
    let_in = refused = 0
    for _ in range(TIMES):
        given, body = mangled(chance)
        refusal = check_headers(given) or accept(given, body, [SECRET])
        if isinstance(refusal, Refusal):
            refused += 1
            assert 400 <= refusal.status < 500
        else:
            # Only what the signature does not cover may have been touched: the id, the length, the type.
            assert (body, given["x-hub-signature-256"]) == (BODY, genuine["x-hub-signature-256"])
            let_in += 1
    assert refused > TIMES * 0.8
    assert let_in + refused == TIMES


def test_no_signature_but_the_right_one_is_let_in() -> None:
    chance = random.Random(46)
    given = {name.decode(): value.decode() for name, value in headers()}
    right = given["x-hub-signature-256"]
    for _ in range(TIMES):
        at = chance.randrange(len(right))
        given["x-hub-signature-256"] = right[:at] + chance.choice("0123456789abcdefg é") + right[at + 1 :]
        taken = accept(given, BODY, [SECRET])
        assert isinstance(taken, Refusal) is (given["x-hub-signature-256"] != right)
