"""Of standard streams: whether they are a terminal, and what else a runner puts in their place. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.code.syntax import Node
from workflows.code.texts import said
from workflows.code.uses import Use, Way
from workflows.proof.python.asked import Asked, decides

_STREAMS = ("sys.stdout", "sys.stderr", "sys.stdin")
_SHOWS = frozenset(
    {
        *("name", "mode", "fileno", "closed", "line_buffering", "newlines", "getvalue"),
        *("__class__", "__dict__", "__module__", "raw"),
    }
)
_ASKS = frozenset(
    {"type", "isinstance", "issubclass", "str", "repr", "id", "dir", "vars", "hasattr", "getattr"}
)
_HONEST = frozenset({"buffer", "encoding", "errors", "reconfigure", "flush", "write"})
_REASON = "asks what its output is connected to; a fix must behave the same everywhere"


def of_streams(use: Use) -> Iterator[Asked]:
    if use.way is Way.IMPORT or use.way is Way.TEXT:
        return
    stream = next((name for name in _STREAMS if use.starts(name)), None)
    if stream is not None and use.node is not None:
        rest = use.name.removeprefix(stream).strip(".").split(".")[0]
        if rest in _SHOWS or (not rest and (_is_looked_at(use.node) or _is_compared(use.node))):
            yield Asked(f"{stream} {rest}".strip(), use.line, _REASON, word=stream.rpartition(".")[2])


def _is_looked_at(node: Node) -> bool:
    arguments = node.parent
    call = arguments.parent if arguments is not None and arguments.kind == "argument_list" else None
    function = call.get("function") if call is not None else None
    if arguments is None or function is None or function.excerpt() not in _ASKS:
        return False
    wanted = [said(one) for one in arguments.children[1:2]]
    return not (function.excerpt() in {"hasattr", "getattr"} and set(wanted) & _HONEST)


def _is_compared(node: Node) -> bool:
    up = node.parent
    if up is None or up.kind != "comparison_operator" or not decides(node):
        return False
    return not any(side.kind == "none" for side in up.children)
