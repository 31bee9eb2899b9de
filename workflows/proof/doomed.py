"""Doomed: the repro test with a failure of our own at its end. Where it is told to pass, somebody tells lies.

It is for results that are not sealed: the tested code could have written them. Up to its end such a test does
what the real one does, so who forges its result cannot know that this one is to fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.patch import FileChange, Patch
from workflows.code.functions import test_functions
from workflows.code.languages import language_of
from workflows.code.syntax import Parsed, Unread, parse
from workflows.proof.dooming import is_apt, places
from workflows.proof.results import Outcome, Results, TestResult
from workflows.tree import Tree

AT_ITS_END = "a failure of ours at its end"
LEFT_OUT = "it was left out"
"""Where nobody here reads its language: then it is seen whether a test is told to pass that is not there."""

_CASE = re.compile(r"\[[^\]]*\]$|\(.*\)$")
_PARTS = re.compile(r"::|/")


@dataclass(frozen=True, slots=True)
class Doomed:
    test: Patch
    names: frozenset[str]
    """Of those that have to fail."""

    @property
    def how(self) -> str:
        return AT_ITS_END if self.names else LEFT_OUT


def doomed(base: Tree, test: Patch, word: str) -> Doomed:
    """`word` is what the failure says, which nobody can know beforehand."""
    changes: list[FileChange] = []
    names: set[str] = set()
    for change in test.changes:
        text, found = _doomed(base.text(change.path) or "", change, word)
        changes.append(FileChange(path=change.path, content=text) if found else change)
        names.update(found)
    return Doomed(Patch(changes=tuple(changes)) if names else Patch(), frozenset(names))


def lies(results: Results, tests: Sequence[str], doom: Doomed) -> tuple[str, ...]:
    """Tests that are told to pass, and cannot. A run that says nothing at all says nothing wrong."""
    told = results.by_id()
    wanted = {one for test in tests for one in _upwards(test) if _called(one) in doom.names}
    if wanted:
        return tuple(sorted(test for test in wanted if _passed(told.get(test))))
    # A tool may call tests what it likes. Not one of them fails: so none was told as it was.
    everyone = bool(tests) and all(_passed(told.get(test)) for test in tests)
    some = [test for test in tests if _passed(told.get(test))]
    return tuple(some) if everyone or not doom.names else ()


def _passed(test: TestResult | None) -> bool:
    return test is not None and test.outcome is Outcome.PASSED


def _upwards(test: str) -> Iterator[str]:
    """It, and what it is a part of: `TestTable/one` fails where `TestTable` does."""
    yield test
    while "/" in test.rpartition("::")[2]:
        test = test.rpartition("/")[0]
        yield test


def _called(test: str) -> str:
    return _CASE.sub("", _PARTS.split(test)[-1]).strip()


def _doomed(before: str, change: FileChange, word: str) -> tuple[str, frozenset[str]]:
    language, text = language_of(change.path), change.content
    parsed = parse(text, language) if language is not None and text is not None else None
    if language is None or text is None or not isinstance(parsed, Parsed):
        return "", frozenset()
    old = parse(before, language)
    known = frozenset[str]() if isinstance(old, Unread) else {one.node.text for one in test_functions(old)}
    new = [one for one in test_functions(parsed) if one.node.text not in known and is_apt(one, language)]
    source = text.encode("utf-8", errors="replace")
    put_in = sorted((place for one in new for place in places(one, language, word)), reverse=True)
    for at, _, said in put_in:
        source = source[:at] + said.encode() + source[at:]
    return source.decode(errors="replace"), frozenset(_plain(one.name) for one in new if put_in)


def _plain(name: str) -> str:
    return _CASE.sub("", _PARTS.split(name)[-1]).strip()
