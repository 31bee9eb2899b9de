"""CODEOWNERS, as GitHub reads it: the first file of three, the last rule that matches."""

from __future__ import annotations

import pytest

from workflows.owners import Owners, owners_of
from workflows.tree import File, Tree


def tree(**files: str) -> Tree:
    return Tree({path.replace("__", "/"): File(text.encode()) for path, text in files.items()})


def people(text: str, *paths: str) -> tuple[str, ...]:
    return owners_of(paths, tree(CODEOWNERS=text), "octo").people


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*", "a/b/c.py", True),
        ("*.py", "a/b/c.py", True),
        ("*.py", "a/b/c.pyc", False),
        ("/a/", "a/b/c.py", True),
        ("/a/", "x/a/c.py", False),
        ("/a/", "a", False),
        ("a/", "x/a/c.py", True),
        ("/a", "a/b/c.py", True),
        ("docs/*", "docs/x.md", True),
        ("docs/*", "docs/more/x.md", False),
        ("docs/*", "x/docs/x.md", False),
        ("docs/**", "docs/more/x.md", True),
        ("**/logs", "a/b/logs/x.txt", True),
        ("/a/**/c.py", "a/c.py", True),
        ("/a/**/c.py", "a/b/b/c.py", True),
        ("/a/**/c.py", "b/c.py", False),
        ("a?c.py", "abc.py", True),
        ("a?c.py", "a/c.py", False),
        ("my\\ file.py", "my file.py", True),
        ("[a]bc.py", "abc.py", False),
        ("!abc.py", "abc.py", False),
        ("\\#a.py", "#a.py", False),
    ],
)
def test_a_pattern_means_what_it_does_on_github(pattern: str, path: str, matches: bool) -> None:
    assert people(f"{pattern} @keeper", path) == (("keeper",) if matches else ())


def test_the_last_rule_that_matches_counts_and_may_name_nobody() -> None:
    text = "* @all\n/a/ @keeper\n/a/free.py\n"
    assert people(text, "x.py") == ("all",)
    assert people(text, "a/x.py") == ("keeper",)
    assert people(text, "a/free.py") == ()
    assert people(text, "x.py", "a/x.py", "y.py") == ("all", "keeper")


def test_people_and_teams_are_told_apart_and_the_rest_is_left_out() -> None:
    text = "# @comment\n* @one @octo/team @other/team mail@example.org @ @-x @a/b/c junk # @late\n"
    assert owners_of(["x"], tree(CODEOWNERS=text), "Octo") == Owners(("one",), ("team",))


def test_the_first_of_the_three_places_counts() -> None:
    three = {".github__CODEOWNERS": "* @first", "CODEOWNERS": "* @second", "docs__CODEOWNERS": "* @third"}
    for owner in ("first", "second", "third"):
        assert owners_of(["x"], tree(**three), "octo").people == (owner,)
        del three[next(iter(three))]
    assert owners_of(["x"], tree(**three), "octo") == Owners()


def test_a_hostile_pattern_takes_no_time() -> None:
    deep = "/".join("a" * 1 for _ in range(200))
    text = f"{'**/a/' * 60}b @one\n{'*a' * 30}*b @two\n"
    assert people(text, deep, "a" * 200) == ()
