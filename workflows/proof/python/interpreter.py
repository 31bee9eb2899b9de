"""Of the interpreter: what it has loaded, whose frames and functions these are, how it was begun. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.code.folding import folded
from workflows.code.syntax import Node, Parsed
from workflows.code.texts import said
from workflows.code.uses import Use, Way
from workflows.proof.objections import reasons
from workflows.proof.objections.model import EVALUATES, REACHES, Fine
from workflows.proof.python.asked import Asked, called_with, first_call, is_constant_by_name, is_decided_by
from workflows.proof.python.frames import of_text

_USUAL = frozenset(
    {
        *("stdout", "stderr", "stdin", "version_info", "version", "hexversion", "platform", "maxsize"),
        *("maxunicode", "byteorder", "intern", "getsizeof", "exc_info", "exception", "float_info"),
        *("int_info", "hash_info", "implementation", "getdefaultencoding", "getfilesystemencoding"),
        *("getfilesystemencodeerrors", "set_int_max_str_digits", "get_int_max_str_digits", "winver"),
        *("getwindowsversion", "getandroidapilevel", "audit", "float_repr_style", "copyright"),
        # Objected to elsewhere.
        *("exit", "argv", "path", "modules", "meta_path", "path_hooks", "path_importer_cache"),
        *("settrace", "setprofile", "gettrace", "getprofile", "dont_write_bytecode", "monitoring"),
        *("addaudithook", "excepthook", "unraisablehook", "breakpointhook", "exitfunc", "_getframe"),
        *("_current_frames", "_getframemodulename"),
        # Gone since Python 3, and said where both are meant.
        *("maxint", "setdefaultencoding", "exc_clear", "exc_type", "exc_value"),
    }
)
_LOADERS = ("importlib.import_module", "__import__", "importlib.util.find_spec", "importlib.__import__")
_UNPACKS = ("pickle.loads", "dill.loads", "marshal.loads", "cloudpickle.loads")
_ORIGINS = ("__module__", "__qualname__", "__name__")
_TESTS = re.compile(
    r"""["'](?:\w*\W)?(?:tests?\b|tests?_|test\w*\.|unittest|pytest|conftest|_pytest|mock)""", re.IGNORECASE
)
_TEST_MODULES = frozenset({"tests", "test", "conftest"})
_OF_TESTS = "uses a module of the tests; a product must do without them"
_ORIGIN = "asks whether what it was given comes from a test"


def of_interpreter(use: Use, parsed: Parsed) -> Iterator[Asked]:
    parts = use.name.split(".")
    if use.way is Way.TEXT:
        yield from of_text(use)
        return
    if use.starts("sys") and len(parts) > 1 and parts[1] not in _USUAL and use.way is not Way.IMPORT:
        yield Asked(f"sys.{parts[1]}", use.line)
    if use.way is Way.IMPORT:
        if parts[0] == "__main__":
            yield Asked("__main__", use.line, fine=Fine.NOWHERE)
        if _is_of_tests(use.name):
            yield Asked("a module of the tests", use.line, _OF_TESTS, word="tests|test|conftest")
        return
    if use.name == "__main__" or use.name.startswith("__main__."):
        yield Asked("__main__", use.line, fine=Fine.NOWHERE)
    if any(use.starts(name) for name in _LOADERS) and not _is_named(first_call(use.node)):
        yield Asked(
            "import_module", use.line, "loads a module by a name that is not written out; name it", REACHES
        )
    if not use.own and _is_of_tests(parts[0]):
        yield Asked("a module of the tests", use.line, _OF_TESTS, word="tests|test|conftest")
    if any(use.starts(name) for name in _UNPACKS) and is_constant_by_name(
        next(iter(called_with(first_call(use.node))), None), parsed
    ):
        yield Asked("pickle", use.line, reasons.EVAL, EVALUATES, Fine.NOWHERE)
    if parts[0] == "__file__" and is_decided_by(use, parsed):
        yield Asked("__file__", use.line)
    if use.starts("sys.argv") and is_decided_by(use, parsed):
        yield Asked("sys.argv", use.line, fine=Fine.COMMAND)
    if parts[-1] in _ORIGINS or any(origin in parts[1:] for origin in _ORIGINS):
        condition = _condition(use.node)
        if _TESTS.search(condition):
            yield Asked(f"{parts[-1]} of a test", use.line, _ORIGIN, fine=Fine.NOWHERE)


def _is_of_tests(module: str) -> bool:
    """`tests.helpers`, `shelf.tests`, `conftest`; what is called `testing` is for others to test with."""
    return any(part in _TEST_MODULES or part.startswith("test_") for part in module.split(".")[:3])


def _is_named(call: Node | None) -> bool:
    given = called_with(call)
    return bool(given) and (said(given[0]) is not None or isinstance(folded(given[0]), str))


def _condition(node: Node | None) -> str:
    """What is asked with it, as it is written."""
    for up in (node, *node.above(12)) if node is not None else ():
        if up.kind in {"comparison_operator", "call"} and _TESTS.search(up.excerpt(400)):
            return up.excerpt(400)
        if up.kind in {"block", "module", "expression_statement", "return_statement"}:
            return ""
    return ""
