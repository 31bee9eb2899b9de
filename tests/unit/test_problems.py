"""How things fail: every foreseen failure says whose move it is, in a sentence for a person."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.messages.words import Messages
from workflows.errors import Failure, Passing, Problem, Who
from workflows.progress import Progress, Stage

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "workflows", "policies")
TABLE = ROOT / "docs" / "concepts.md"

# Where the words come from elsewhere: a loop's own feedback, a decision's reasons, a recorded failure.
MADE_OF_DATA = {"WorkflowError", "ContractBroken", "Refused", "FailedBefore"}


@cache
def problems() -> tuple[type[Problem], ...]:
    """Every one in the program: all of it is imported, so that none is left out."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not any(part in module.name for part in (".demo.project", ".migrations.", ".kit.")):
                importlib.import_module(module.name)
    return tuple(sorted(set(_below(Problem)), key=lambda kind: kind.__name__))


def _below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for sub in kind.__subclasses__():
        if sub.__module__.partition(".")[0] in PACKAGES:
            yield sub
            yield from _below(sub)


def _raised() -> Iterator[tuple[str, ast.Call]]:
    """Every place that makes one."""
    names = {kind.__name__ for kind in problems()}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if "demo/project" in file.as_posix():
                continue
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def _literal(call: ast.Call) -> str | None:
    """The words that stand in the code, and one for each that is filled in; None where none can be seen."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    if isinstance(first, ast.JoinedStr):
        words = [str(part.value) if isinstance(part, ast.Constant) else " filled " for part in first.values]
        written = any(re.search(r"[a-z]", word) for word in words if word != " filled ")
        return "".join(words) if written else None
    return None


def test_the_kinds_are_found() -> None:
    names = {kind.__name__ for kind in problems()}
    assert {"UserProblem", "Unreachable", "StoreUnavailable", "GitHubAway", "EngineSilent"} <= names


def test_each_kind_says_what_it_is() -> None:
    assert [kind.__qualname__ for kind in problems() if not kind.__dict__.get("__doc__")] == []


def test_each_kind_says_whose_move_it_is() -> None:
    """Not left to the base, whose default is a guess."""
    assert [kind for kind in problems() if not isinstance(kind.who, Who)] == []
    unsaid = [
        kind.__qualname__
        for kind in problems()
        if kind.__name__ not in MADE_OF_DATA
        and not any("who" in vars(each) for each in kind.__mro__ if each is not Problem)
    ]
    assert unsaid == []


def test_what_passes_by_itself_is_nobodys_move() -> None:
    assert {kind.who for kind in problems() if issubclass(kind, Passing)} == {Who.NOBODY}


def test_each_failure_is_raised_with_words() -> None:
    assert [where for where, call in _raised() if not call.args and not call.keywords] == []


def test_the_words_are_a_sentence_and_no_code() -> None:
    bad = [
        f"{where}: {words}"
        for where, call in _raised()
        if (words := _literal(call)) is not None
        and isinstance(call.func, ast.Name)
        and call.func.id not in MADE_OF_DATA
        and (len(re.findall(r"[A-Za-z]{2,}", words)) < 3 or "Error" in words or "Exception" in words)
    ]
    assert bad == []


@pytest.mark.parametrize("who", list(Who))
def test_people_are_told_whose_move_it_is(who: Who) -> None:
    failure = Failure(who=who, sentence="It did not work out.")
    said = Messages().progress(Progress(run="r1", stage=Stage.PLAN, failure=failure))
    assert "It did not work out." in said
    moves = {"user": "your move", "operator": "runs this bot", "model": "The model", "nobody": "by itself"}
    assert moves[who] in said


def test_the_docs_say_who_acts_on_what() -> None:
    rows = re.findall(r"^\| \*\*(\w+)\*\* \|", TABLE.read_text(), re.MULTILINE)
    assert rows == [str(who) for who in Who]


def test_the_docs_name_kinds_that_exist() -> None:
    section = TABLE.read_text().partition("## How things fail")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([A-Z]\w+)`", section))
    assert named
    assert named <= {kind.__name__ for kind in problems()}
