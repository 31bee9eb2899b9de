"""GitHub's examples with anything in them changed: never a 5xx, never a bug, always a reason."""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
from collections.abc import Iterator
from functools import cache, reduce
from operator import getitem
from typing import Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.github import payloads
from bot.github.reading import reads
from bot.store.port import DeliveryState
from bot.web.webhook import Webhook
from tests.github.examples import Example, examples
from tests.security.house import Attacked
from tests.unit.bot.signed import SECRET, headers
from tests.unit.bot.test_webhook import Line

COMMANDS = (
    "/agent fix", "/agent help", "/agent --", "/agent approve x", "/agent fix --key=value\nwhat follows",
    "/agent\t\0",
)  # fmt: skip
DEEP = 400
_READ = frozenset(
    name
    for model in vars(payloads).values()
    if isinstance(model, type) and issubclass(model, BaseModel)
    for name in model.model_fields
)

_counted = itertools.count()


def _deep(kind: type[list[Any]] | type[dict[str, Any]]) -> Any:
    value: Any = None
    for _ in range(DEEP):
        value = [value] if kind is list else {"a": value}
    return value


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(2**63, 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["x" * 300_000, "\u202e\u200b", "\0", "", "../..", "a/b", "Bot", *COMMANDS]),
    # Copied: a further change may be made inside of it.
    st.sampled_from([[], {}, [None], {"": None}, _deep(list), _deep(dict)]).map(copy.deepcopy),
)


@st.composite
def _change(draw: st.DrawFn, at: dict[Any, Any] | list[Any]) -> None:
    keys: list[Any] = list(range(len(at))) if isinstance(at, list) else sorted(at)
    if not keys:
        return
    # Of the many fields that GitHub sends few are read, and those are worth most.
    key = draw(st.sampled_from([key for key in keys if key in _READ] or keys) | st.sampled_from(keys))
    inner: Any = at[key]
    if isinstance(inner, (dict, list)) and draw(st.booleans()):
        draw(_change(cast("dict[Any, Any] | list[Any]", inner)))
    elif draw(st.booleans()):
        at[key] = draw(_ODD)
    else:
        del at[key]


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, bytes]:
    """An example of some event, with a few of its fields dropped or replaced; half of them near the top."""
    one = draw(st.sampled_from(_for_us()) | st.sampled_from(examples()))
    payload = copy.deepcopy(one.payload)
    for _ in range(draw(st.integers(1, 4))):
        draw(_change(payload))
    return one.event, json.dumps(payload).encode()


@cache
def _for_us() -> list[Example]:
    """Those that we act on, so that what comes behind the reading is reached, too."""
    found: list[Example] = []
    for one in examples():
        if not reads(one.event, one.payload.get("action", "")):
            continue
        payload = copy.deepcopy(one.payload)
        payload["sender"]["login"] = "the-write"
        if "label" in payload:
            payload["label"]["name"] = "agent:fix"
        if "comment" in payload:
            payload["comment"]["body"] = COMMANDS[len(found) % len(COMMANDS)]
        found.append(Example(one.event, one.place, payload))
    return found


async def _delivered(event: str, body: bytes, attacked: Attacked) -> None:
    name = f"d-{next(_counted)}"

    async def announce(*_: str) -> None: ...

    line = Line([body])
    app = Webhook([SECRET], attacked.store.keep_delivery, announce)
    signed = headers(body, length=len(body), delivery=name, event=event)
    scope = {"type": "http", "method": "POST", "headers": signed}
    await app(scope, line.receive, line.send)
    status, _, said = line.answer
    assert status == 202 or (400 <= status < 500 and said["error"])
    if status == 202:
        outcome = await attacked.reactions.to(await attacked.store.delivery(name))
        assert outcome.said
        assert outcome.state in {DeliveryState.HANDLED, DeliveryState.IGNORED}


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(changed())
def test_a_changed_example_is_a_reason_and_never_a_bug(given: tuple[str, bytes]) -> None:
    asyncio.run(_delivered(*given, Attacked()))


async def test_each_field_that_is_read_may_be_missing_or_anything_else() -> None:
    for one in {one.name: one for one in _for_us()}.values():
        for path in _read_in(one.payload):
            attacked = Attacked()
            odds: tuple[Any, ...] = ("dropped", None, {})
            for odd in odds:
                payload: Any = copy.deepcopy(one.payload)
                at = reduce(getitem, path[:-1], payload)
                at[path[-1]] = odd
                if odd == "dropped":
                    del at[path[-1]]
                await _delivered(one.event, json.dumps(payload).encode(), attacked)


def _read_in(payload: Any, below: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, inner in payload.items():
        if name in _READ:
            yield (*below, name)
            if isinstance(inner, dict):
                yield from _read_in(inner, (*below, name))
