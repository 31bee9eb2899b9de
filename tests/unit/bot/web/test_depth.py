"""How deep JSON is nested: only brackets outside of texts count."""

from __future__ import annotations

import json
import random

import pytest
from pydantic import JsonValue

from bot.web.depth import DEEPEST, too_deep


def nested(depth: int, inner: str = "") -> bytes:
    """An object around lists, to the depth that is asked for."""
    return b'{"a":' + b"[" * (depth - 1) + inner.encode() + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize(
    ("text", "deep"),
    [
        (b"{}", False),
        (nested(DEEPEST), False),
        (nested(DEEPEST + 1), True),
        (nested(DEEPEST + 1, '"]]]]]]]]"'), True),
        (nested(100_000), True),
        (b"[" + b"{}," * 10_000 + b"{}]", False),
        (b'{"a":"' + b"[{" * 10_000 + b'"}', False),
        (b'{"a":"\\"' + b"[" * 1_000 + b'"}', False),
        (b'{"a":"\\\\","b":"' + b"[" * 1_000 + b'"}', False),
        (b'{"a":"\\\\","b":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}", True),
        (b'{"":"","[":"",' + b'"b":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}", True),
    ],
)
def test_only_what_is_nested_counts(text: bytes, deep: bool) -> None:
    assert too_deep(text) is deep


def depth(value: JsonValue) -> int:
    match value:
        case dict():
            return 1 + max((depth(each) for each in value.values()), default=0)
        case list():
            return 1 + max((depth(each) for each in value), default=0)
        case _:
            return 0


def test_it_agrees_with_a_parser_on_whatever_is_written() -> None:
    chance = random.Random(7)
    texts = ["", '"', "\\", '\\"', "[[[[", "}}", '"[', "ü]", '\\\\"{']

    def around(inner: JsonValue) -> JsonValue:
        others: list[JsonValue] = [chance.choice(texts), [], {chance.choice(texts): []}]
        beside = chance.choice(others)
        if chance.random() < 0.5:
            return chance.sample([inner, beside], 2)
        return {chance.choice(texts): beside, "inner": inner, chance.choice(texts) + "1": beside}

    seen = {True: 0, False: 0}
    for _ in range(200):
        made: JsonValue = chance.choice(texts)
        for _ in range(chance.randint(DEEPEST - 10, DEEPEST + 10)):
            made = around(made)
        text = json.dumps(made, ensure_ascii=False).encode()
        assert too_deep(text) is (depth(made) > DEEPEST)
        seen[depth(made) > DEEPEST] += 1
    assert min(seen.values()) > 20
