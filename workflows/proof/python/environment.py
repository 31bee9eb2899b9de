"""Of the environment: all of it, what has no written name, and what a run or a machine sets. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.code.folding import folded
from workflows.code.syntax import Node
from workflows.code.texts import said
from workflows.code.uses import Use, Way
from workflows.proof.python.asked import Asked, called_with

_WHOLE = frozenset({"os.environ", "os.environb"})
_ONE = frozenset({"get", "setdefault", "pop", "__getitem__", "__contains__"})
_MACHINES = re.compile(
    r"CI|CONTINUOUS_INTEGRATION|(?:GITHUB|GITLAB|RUNNER|JENKINS|TRAVIS|TOX|NOX|COV|COVERAGE|BUILD|CONDA|DOCKER)\w*"
    r"|PYTHON[A-Z]\w*|VIRTUAL_ENV\w*|USER|LOGNAME|HOSTNAME|HOST|PWD|OLDPWD|SHLVL|SHELL|_|PATH|TMPDIR|TEMP|TMP"
)
_ALL = "looks at the environment as a whole, which shows who runs it; ask for one variable by its name"
_MADE_UP = "asks for a variable whose name is not written out; name it"
_MACHINE = "asks for a variable that tells where it is run; a fix must behave the same everywhere"


def of_environment(use: Use) -> Iterator[Asked]:
    if use.way in {Way.IMPORT, Way.TEXT, Way.WRITE} or use.node is None:
        return
    for wanted in _wanted(use):
        if wanted is None:
            yield Asked("os.environ", use.line, _ALL, word="environ")
            continue
        text = said(wanted) or folded(wanted)
        if not isinstance(text, str):
            # A name of its own that stands for one place is as good as the text.
            if not (wanted.kind == "identifier" and wanted.excerpt().isupper()):
                yield Asked("os.environ[…]", use.line, _MADE_UP, word="environ")
        elif _MACHINES.fullmatch(text):
            yield Asked(text, use.line, _MACHINE, word=text)


def _wanted(use: Use) -> Iterator[Node | None]:
    """Which variable is asked for; None for all of them."""
    node = use.node
    if node is None:
        return
    if use.starts("os.getenv") or use.starts("os.getenvb"):
        yield from called_with(node)[:1]
        return
    whole = next((name for name in _WHOLE if use.starts(name)), None)
    if whole is None:
        return
    rest = use.name.removeprefix(whole).strip(".").split(".")[0]
    if rest in _ONE:
        given = called_with(node)
        yield from given[:1] if given else [None]
    elif node.kind == "subscript" and not rest:
        index = node.get("subscript")
        yield index
    elif not rest and (key := _looked_for(node)) is not None:
        yield key
    elif rest in {"", "items", "keys", "values", "__iter__", "__len__"} and not _is_handed_on(node):
        yield None


def _looked_for(node: Node) -> Node | None:
    """`"HOME" in os.environ`"""
    up = node.parent
    is_in = up is not None and up.kind == "comparison_operator" and len(up.children) == 3
    if up is None or not is_in or up.children[-1] is not node:
        return None
    operator = up.get("operators")
    return up.children[0] if operator is not None and operator.kind in {"in", "not in"} else None


def _is_handed_on(node: Node) -> bool:
    """To another process, or as what a function takes where it is given nothing else."""
    up = node.parent
    if up is not None and up.kind == "keyword_argument" and (name := up.get("name")) is not None:
        return "env" in name.excerpt()
    return up is not None and "default_parameter" in up.kind
