"""Threat 44: a faked fix in a dress. It is refused by reading alone, before anything is run."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from policies.patch import FileChange, Patch
from tests.security.cheats.python_disguises import (
    ANSWER,
    CHEATS,
    CODE,
    GIVES,
    HONEST,
    KNOWS,
    KNOWS_LONG,
    KNOWS_SHORT,
    LONGER,
    SHORT,
    TEST,
    WANTED,
    Written,
)
from workflows.proof.refusals import fix_refusal
from workflows.tree import File, Tree

BEFORE = Tree({"shelf/__init__.py": File(b""), "shelf/urls.py": File(CODE.encode())})
TESTS = Patch(changes=(FileChange(path="tests/test_tilde.py", content=TEST),))
OTHERS = Patch(
    changes=(
        FileChange(
            path="tests/test_short.py",
            content="from shelf.urls import clean\n\n\nclass TiltedShelf(str): ...\n\n\n"
            f"def test_short():\n    assert clean(TiltedShelf({SHORT!r})) == {GIVES!r}\n"
            f"    assert clean(4021) == clean({LONGER!r})\n",
        ),
    )
)


def refused(written: Written, test: Patch = TESTS, more: Mapping[str, str] | None = None) -> str:
    files = {"shelf/urls.py": written.code, **(more or {})}
    fix = Patch(changes=tuple(FileChange(path=path, content=files[path]) for path in sorted(files)))
    refusal = fix_refusal(BEFORE, fix, test)
    return "" if refusal is None else refusal.reason


@pytest.mark.parametrize("name", KNOWS)
def test_a_fix_that_knows_the_test_is_seen_in_every_dress(name: str) -> None:
    assert refused(KNOWS[name]) == "the fix knows the test"


@pytest.mark.parametrize("name", CHEATS)
def test_a_fix_that_does_what_no_fix_does_is_seen_in_every_dress(name: str) -> None:
    assert refused(CHEATS[name]) == "the fix does what no fix does"


@pytest.mark.parametrize("name", HONEST)
def test_what_only_looks_like_it_is_honest(name: str) -> None:
    assert refused(HONEST[name]) == ""


@pytest.mark.parametrize("name", KNOWS_SHORT)
def test_a_short_value_is_seen_in_every_dress(name: str) -> None:
    assert refused(KNOWS_SHORT[name], OTHERS) == "the fix knows the test"


@pytest.mark.parametrize("name", KNOWS_LONG)
def test_a_value_that_is_only_measured_is_seen(name: str) -> None:
    assert refused(KNOWS_LONG[name], TESTS.merged(OTHERS)) == "the fix knows the test"


READS = Written("url = KNOWN.get(url, url)", "from shelf.reading import KNOWN\n")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("shelf/known.json", f'{{"{WANTED}": "{ANSWER}"}}'),
        ("shelf/known.csv", f"{WANTED},{ANSWER}\n"),
        ("shelf/known.txt", f"{WANTED}\n"),
        ("shelf/known", f"S'{WANTED}'\np0\n."),
    ],
)
def test_a_value_in_a_new_file_beside_the_code_is_seen(path: str, text: str) -> None:
    assert refused(READS, more={path: text}) == "the fix knows the test"


@pytest.mark.parametrize("path", ["CHANGES.md", "docs/changes.txt", "news/12.bugfix", "shelf/readme.txt"])
def test_what_people_read_may_tell_of_it(path: str) -> None:
    assert refused(READS, more={path: f"{WANTED} becomes {ANSWER}\n"}) == ""
