"""Of the clock and of chance: a fix that holds until a day, or now and then. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.code.syntax import Node, Parsed
from workflows.code.uses import Use, Way
from workflows.proof.objections.model import Fine
from workflows.proof.python.asked import Asked, is_constant

_CLOCKS = (
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.monotonic"),
    *("time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns", "time.process_time", "time.clock"),
    *("time.thread_time", "time.asctime", "datetime.datetime.now", "datetime.datetime.utcnow"),
    *("datetime.datetime.today", "datetime.date.today", "django.utils.timezone.now", "uuid.uuid1"),
)
_CHANCES = (
    *("random.random", "random.randint", "random.choice", "random.choices", "random.shuffle"),
    *("random.sample", "random.uniform", "random.randrange", "random.getrandbits", "random.gauss"),
    *("random.SystemRandom", "random.Random", "random.randbytes", "uuid.uuid4", "os.urandom", "secrets"),
    *("os.getrandom", "numpy.random"),
)
_CLOCK = "asks what time it is, which this project does not do elsewhere"
_DAY = "holds only before or after a time that is written out"
_CHANCE = "is left to chance, which this project does not do elsewhere"
_SLEEP = "waits, which this project does not do elsewhere; mend the cause"
_WHERE = "goes by where a thing lies in memory, which is another place each time"


def of_clock(use: Use, parsed: Parsed) -> Iterator[Asked]:
    if use.way in {Way.IMPORT, Way.TEXT} or use.own or use.node is None:
        return
    if any(use.starts(name) for name in _CLOCKS):
        yield Asked("the clock", use.line, _CLOCK, word="time|datetime|uuid|timezone")
        if _is_held_to(use.node) or any(map(_is_held_to, _named(use.node, parsed))):
            yield Asked("a time that is written out", use.line, _DAY, fine=Fine.NOWHERE)
    elif any(use.starts(name) for name in _CHANCES):
        yield Asked("chance", use.line, _CHANCE, word="random|uuid|os|secrets|numpy")
    elif use.name in {"time.sleep", "asyncio.sleep"} and use.way is Way.CALL:
        if not use.node.excerpt().replace(" ", "").endswith("sleep(0)"):
            yield Asked("sleep", use.line, _SLEEP, word="sleep")
    elif use.name == "id" and use.way is Way.CALL and _is_counted(use.node):
        yield Asked("id", use.line, _WHERE, fine=Fine.NOWHERE)


def _is_held_to(node: Node) -> bool:
    """`date.today() > date(2027, 1, 1)`; how long something took is asked with what it began with."""
    inner = node
    for up in node.above(6):
        if up.kind == "comparison_operator":
            return all(is_constant(side) for side in up.children if side is not inner and side.part == "")
        if up.kind not in {"attribute", "call", "parenthesized_expression", "binary_operator"}:
            return False
        if up.kind == "binary_operator" and not all(is_constant(s) for s in up.children if s is not inner):
            return False
        inner = up
    return False


def _named(node: Node, parsed: Parsed) -> Iterator[Node]:
    """Where `now` is said of `now = time.time()`; what is worked out with it and others is another thing."""
    up = node.parent
    while up is not None and up.kind in {"attribute", "call"}:
        up = up.parent
    left = up.get("left") if up is not None and up.kind == "assignment" else None
    if left is None or left.kind != "identifier":
        return
    for part in parsed.root.walk():
        if part.kind == "identifier" and part is not left and part.excerpt() == left.excerpt():
            yield part


def _is_counted(node: Node) -> bool:
    up = node.parent
    if up is not None and up.kind == "binary_operator":
        return True
    return (
        up is not None
        and up.kind == "comparison_operator"
        and any(side.kind in {"integer", "unary_operator"} for side in up.children)
    )
