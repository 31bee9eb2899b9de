"""Of the interpreter's insides: frames, what functions see, classes of everything. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.code.syntax import Node, Parsed
from workflows.code.texts import said
from workflows.code.uses import Use
from workflows.proof.objections import reasons
from workflows.proof.objections.model import REACHES, Fine
from workflows.proof.python.asked import Asked

FRAMES = frozenset(
    {
        *("tb_frame", "f_back", "f_code", "f_globals", "f_locals", "f_builtins", "f_trace", "f_lineno"),
        *("gi_frame", "cr_frame", "ag_frame", "gi_code", "cr_code", "ag_code", "co_filename", "co_name"),
        *("co_qualname", "co_firstlineno", "co_consts", "co_code", "_pytestfixturefunction"),
    }
)
MOCKS = frozenset(
    {
        *("assert_called", "assert_called_once", "assert_called_with", "assert_called_once_with"),
        *("mock_calls", "_mock_name", "_mock_methods", "_mock_return_value", "_mock_children", "_mock_self"),
    }
)
INSIDES = frozenset({"__globals__", "__builtins__", "cell_contents", "func_globals"})
_ROOTS = frozenset({"object", "type", "BaseException", "Exception", "AssertionError"})
_UPWARDS = ("__base__", "__bases__", "__mro__", "mro()")
_MADE_UP = frozenset(
    {
        *("sys", "os", "builtins", "inspect", "gc", "ctypes", "importlib", "traceback", "threading"),
        *("modules", "argv", "orig_argv", "environ", "getenv", "settrace", "gettrace", "_getframe"),
        *("currentframe", "stack", "exec", "eval", "compile", "__import__", "__main__", "signal"),
        *("subprocess", "atexit", "site", "_exit", "isatty", "excepthook", "__eq__", "__class__"),
        *("__subclasses__", "__mro__", *FRAMES, *INSIDES),
    }
)
_FRAME = "a frame"
_TERMINAL = "asks what its output is connected to; a fix must behave the same everywhere"


def of_frames(parsed: Parsed) -> Iterator[Asked]:
    """By attributes, whatever they are of: what it is cannot be seen."""
    for node in parsed.root.walk():
        if node.kind == "identifier" and node.excerpt() == "__builtins__":
            yield Asked("__builtins__", node.line, reasons.INSIDE, REACHES)
        name = node.get("attribute") if node.kind == "attribute" else None
        if name is not None:
            yield from _of_name(name.excerpt(), node.line)
            if name.excerpt() == "__subclasses__" and _is_everything(node.get("object")):
                yield Asked("__subclasses__", node.line, reasons.INSIDE, REACHES)


def of_text(use: Use) -> Iterator[Asked]:
    """`getattr(it, "f_back")`, `attrgetter("tb_frame.f_back")`, and names that come out of pieces."""
    for part in use.name.split(".") if len(use.name) < 100 else ():
        yield from _of_name(part, use.line)
    node = use.node
    if node is not None and use.name in _MADE_UP and (node.kind != "string" or said(node) is None):
        yield Asked(
            use.name, use.line, "puts together a name of the interpreter's own", REACHES, Fine.NOWHERE
        )


def _of_name(name: str, line: int) -> Iterator[Asked]:
    if name in FRAMES:
        yield Asked(_FRAME, line, reasons.STACK, word="|".join(sorted(FRAMES)))
    elif name in INSIDES:
        yield Asked(name, line, reasons.INSIDE, REACHES)
    elif name in MOCKS:
        yield Asked("a mock", line, reasons.RUNNER, word="|".join(sorted(MOCKS)))
    elif name == "isatty":
        yield Asked("isatty", line, _TERMINAL)


def _is_everything(of: Node | None) -> bool:
    if of is None:
        return False
    text = of.excerpt(200)
    return text in _ROOTS or any(word in text for word in _UPWARDS)
