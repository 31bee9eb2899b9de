"""Whether a changed file can still be read at all. A grammar may be behind its language: others decide."""

from __future__ import annotations

from collections.abc import Sequence

from policies.patch import Patch
from workflows.code.languages import Language, language_of
from workflows.code.syntax import Parsed, parse
from workflows.proof.diagnostics.checker import Checker, Output, Report, found, must, report
from workflows.proof.diagnostics.model import Diagnostic
from workflows.tree import Tree

PYTHON, NODE = "python", "node"
_COMPILE = """
import sys
for name in sys.argv[1:]:
    try:
        compile(open(name, "rb").read(), name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        print(name, getattr(error, "lineno", 0) or 0, error.args[0], sep="\\t")
"""
_CHECK = (
    'command -v node >/dev/null || exit 127; for one in "$@"; do '
    'node --check "$one" >/dev/null 2>&1 || printf \'%s\\t0\\tnode cannot read it\\n\' "$one"; done'
)


def newly_broken(base: Tree, fix: Patch) -> list[str]:
    """What the grammar of its language does not understand any more."""
    found_here: list[str] = []
    for change in fix.changes:
        language = language_of(change.path)
        if language is None or change.content is None or not _is_broken(change.content, language):
            continue
        before = base.text(change.path)
        # Flow has a syntax of its own, in files of the same names.
        if (before is None or not _is_broken(before, language)) and "@flow" not in change.content:
            found_here.append(change.path)
    return found_here


def asked_of(broken: Sequence[str]) -> tuple[Checker, ...]:
    """Who knows better, of those that need no configuration."""
    python = tuple(path for path in broken if language_of(path) is Language.PYTHON)
    script = tuple(path for path in broken if language_of(path) is Language.JAVASCRIPT and path[-1] == "s")
    made: list[Checker] = []
    if python:
        argv = ("python3", "-I", "-c", _COMPILE)
        made.append(Checker(PYTHON, "", "", argv, lambda output, at: _read(PYTHON, output, at), python))
    if script:
        argv = ("sh", "-c", _CHECK, "sh")
        made.append(Checker(NODE, "", "", argv, lambda output, at: _read(NODE, output, at), script))
    return tuple(made)


def unasked(broken: Sequence[str]) -> list[Diagnostic]:
    """What nobody but a compiler knows for sure: a person is told."""
    asked = {path for checker in asked_of(broken) for path in checker.files or ()}
    said = "its grammar does not understand it any more"
    return [
        Diagnostic(tool="syntax", file=path, message=said, is_error=False)
        for path in broken
        if path not in asked
    ]


def _is_broken(text: str, language: Language) -> bool:
    parsed = parse(text, language)
    return isinstance(parsed, Parsed) and parsed.broken


def _read(tool: str, output: Output, folder: str) -> Report:
    must(output.code == 0, output)
    lines = [line.split("\t", 2) for line in output.out.splitlines()]
    return report(
        found(tool, folder, line[0], int(line[1]), "", line[2])
        for line in lines
        if len(line) == 3 and line[1].isdecimal() and len(line[1]) < 9
    )
