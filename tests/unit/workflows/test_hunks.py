"""A fix taken apart: each place can be taken away alone, and all of them together are the fix."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.patch import FileChange, Patch
from workflows.proof import hunks as module
from workflows.proof.hunks import Hunk, hunks, without
from workflows.tree import File, Tree


def tree(**files: str) -> Tree:
    return Tree({name.replace("__", "/") + ".py": File(text.encode()) for name, text in files.items()})


def fix(**files: str | None) -> Patch:
    changes = [FileChange(path=name.replace("__", "/") + ".py", content=text) for name, text in files.items()]
    return Patch(changes=tuple(changes))


def numbered(*changed: int, lines: int = 40, to: str = "x = 'new'\n") -> str:
    return "".join(to if line in changed else f"a{line} = {line}\n" for line in range(1, lines + 1))


def labels(found: tuple[Hunk, ...]) -> list[str]:
    return [hunk.label for hunk in found]


# Few different lines, so that they repeat; some end in nothing, or in what is no line feed.
_LINES = st.lists(
    st.sampled_from(["a\n", "b\n", "\n", "  c()\n", "# d\n", "é\r\n", "\x0c\u2028\n", "e"]), max_size=12
)
_TEXTS = st.none() | _LINES.map("".join)
_PATHS = ["a.py", "b/c.js", "d.md", "e"]


@settings(max_examples=150, deadline=None)
@given(
    before=st.fixed_dictionaries(dict.fromkeys(_PATHS, _TEXTS)),
    after=st.fixed_dictionaries({}, optional=dict.fromkeys(_PATHS, _TEXTS)),
    most=st.sampled_from([0, 1, 2, 12]),
    data=st.data(),
)
@example(before={"a.py": "a\n"}, after={"a.py": ""}, most=12, data=None)
@example(before={"a.py": "e"}, after={"a.py": "e\n"}, most=12, data=None)
def test_all_taken_away_is_the_base_and_none_taken_away_is_the_fix(
    before: dict[str, str | None], after: dict[str, str | None], most: int, data: st.DataObject | None
) -> None:
    base = Tree({path: File(text.encode()) for path, text in before.items() if text is not None})
    patch = Patch(changes=tuple(FileChange(path=path, content=text) for path, text in sorted(after.items())))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "MOST", most)
        found = hunks(base, patch)
    assert without(base, patch) == patch
    assert base.with_patch(without(base, patch, *found)) == base
    if data is not None and found:
        # In whatever order and number, each is taken away once and for itself.
        some = data.draw(st.lists(st.sampled_from(found), unique=True))
        left = base.with_patch(without(base, patch, *some))
        rest = [hunk for hunk in found if hunk not in some]
        assert hunks(base, patch) == hunks(base, patch)
        assert len(hunks(base, without(base, patch, *found[1:]))) <= max(1, len(found[0].places))
        assert (left == base.with_patch(patch)) == (not some)
        assert (left == base) == (not rest)


def test_places_apart_are_hunks_of_their_own_and_say_where_they_are() -> None:
    before, after = numbered(), numbered(5, 6, 20)
    found = hunks(tree(shelf__pages=before), fix(shelf__pages=after))
    assert labels(found) == ["shelf/pages.py:5-6", "shelf/pages.py:20"]
    assert [(h.first, h.last, h.base_first, h.base_last) for h in found] == [(5, 6, 5, 6), (20, 20, 20, 20)]
    left = without(tree(shelf__pages=before), fix(shelf__pages=after), found[0])
    assert left == fix(shelf__pages=numbered(20))


def test_places_near_each_other_are_one_hunk() -> None:
    assert labels(hunks(tree(a=numbered()), fix(a=numbered(5, 8)))) == ["a.py:5-8"]
    assert len(hunks(tree(a=numbered()), fix(a=numbered(5, 9)))) == 2


def test_lines_taken_out_are_a_hunk_that_brings_them_back() -> None:
    base, patch = tree(a=numbered()), fix(a=numbered(5, 6, to=""))
    (hunk,) = hunks(base, patch)
    assert (hunk.first, hunk.last, hunk.base_first, hunk.base_last) == (5, 4, 5, 6)
    assert without(base, patch, hunk) == Patch()


def test_a_file_that_is_new_or_gone_is_one_hunk() -> None:
    base, patch = tree(a=numbered(), b="x = 1\n"), fix(a=None, c=numbered())
    found = hunks(base, patch)
    assert labels(found) == ["a.py (deleted)", "c.py (new)"]
    assert without(base, patch, found[0]) == fix(c=numbered())
    assert without(base, patch, found[1]) == fix(a=None)


def test_a_file_that_was_no_text_or_a_link_is_one_hunk_that_brings_it_back() -> None:
    base = Tree({"a.py": File(b"x = '\xff'\n")}, {"b.py": "a.py"})
    patch = fix(a="x = 1\n", b="x = 2\n")
    found = hunks(base, patch)
    assert labels(found) == ["a.py (replaced)", "b.py (replaced)"]
    assert without(base, patch, *found) == Patch()


def test_more_than_a_dozen_are_merged_by_file() -> None:
    places = range(3, 118, 8)
    base, patch = tree(a=numbered(lines=120), b="x = 1\n"), fix(a=numbered(*places, lines=120), b="x = 2\n")
    found = hunks(base, patch)
    assert labels(found) == [f"a.py ({len(places)} places)", "b.py:1"]
    assert without(base, patch, found[0]) == fix(b="x = 2\n")


def test_more_than_a_dozen_files_are_merged_in_one() -> None:
    names = [f"a{number}" for number in range(13)]
    base, patch = tree(**dict.fromkeys(names, "x = 1\n")), fix(**dict.fromkeys(sorted(names), "x = 2\n"))
    (hunk,) = hunks(base, patch)
    assert (hunk.label, hunk.path, hunk.is_code) == ("13 files", "", True)
    assert without(base, patch, hunk) == Patch()


def test_documentation_does_not_make_the_code_coarse() -> None:
    notes = {f"docs/{number}.md": File(b"old\n") for number in range(20)}
    base = Tree({**notes, "a.py": File(numbered().encode())})
    changes = [FileChange(path=path, content="new\n") for path in sorted(notes)]
    found = hunks(base, Patch(changes=(FileChange(path="a.py", content=numbered(5, 20)), *changes)))
    assert [(hunk.label, hunk.is_code) for hunk in found] == [
        ("a.py:5", True),
        ("a.py:20", True),
        ("20 files", False),
    ]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.py", "x = 1\n", "# why\nx = 1\n\n\n"),
        ("a.py", "x = 1  # old\n", "x = 1  # new\n"),
        (
            "a.py",
            'def f():\n    """Old."""\n    g()\n',
            'def f():\n    """New\n\n    and more."""\n    g()\n',
        ),
        ("a.js", "f();\n", "/* why\n f(2); */\nf(); // so\n"),
        ("a.ts", "f();\n", "// why\nf();\n"),
        ("a.tsx", "f(<a/>);\n", "// why\nf(<a/>);\n"),
        ("a.rs", "fn f() {}\n", "/// Why.\nfn f() {} // so\n"),
        ("A.java", "class A {}\n", "/** Why. */\nclass A {}\n"),
        ("a.go", "package a\n", "// Why.\npackage a\n"),
        ("CHANGELOG.md", "old\n", "new\n"),
        ("LICENSE", "old\n", "new\n"),
        ("docs/a.rst", "old\n", "new\n"),
        ("types/a.d.ts", "declare const a: 1;\n", "declare const a: 2;\n"),
    ],
)
def test_what_is_only_said_about_the_code_needs_no_proof(path: str, before: str, after: str) -> None:
    (hunk,) = hunks(
        Tree({path: File(before.encode())}), Patch(changes=(FileChange(path=path, content=after),))
    )
    assert not hunk.is_code


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.py", "x = 1\n", "# why\nx = 2\n"),
        ("a.py", "if a:\n    b()\nc()\n", "if a:\n    b()\n    c()\n"),
        ("a.py", "x = '''\na\n'''\n", "x = '''\n# a\n'''\n"),
        ("a.py", "'a'\n", "f'{a()}'\n"),
        ("a.py", "x = 1\n", "x = 1  # type: ignore\n"),
        ("a.py", "x = (\n", "# x = (\n"),
        ("a.js", "'use strict';\nf();\n", "f();\n"),
        ("a.js", "return_(\n1)\n", "return_\n(1)\n"),
        ("a.js", "f(`\n// a\n`)\n", "f(`\n// b\n`)\n"),
        ("a.go", "package a\n", "//go:build linux\n\npackage a\n"),
        ("a.c", "// a\n", "// b\n"),
        ("package.json", "{}\n", '{"a": 1}\n'),
        ("requirements.txt", "a\n", "b\n"),
        ("license.py", "a = 1\n", "a = 2\n"),
    ],
)
def test_what_may_change_what_a_machine_does_needs_proof(path: str, before: str, after: str) -> None:
    (hunk,) = hunks(
        Tree({path: File(before.encode())}), Patch(changes=(FileChange(path=path, content=after),))
    )
    assert hunk.is_code


def test_texts_made_to_be_slow_cost_little() -> None:
    begun = time.process_time()
    before, after = "a\nb\n" * 5_000, "b\na\nc\n" * 5_000
    assert hunks(tree(a=before), fix(a=after))
    deep = "(" * 100_000
    (hunk,) = hunks(tree(a="x = 1\n"), fix(a=f"x = {deep}\n"))
    assert hunk.is_code
    long = "x = '''" + "a\n" * 50_000
    (hunk,) = hunks(tree(a=f"{long}'''\n"), fix(a=f"{long}b'''\n"))
    assert hunk.is_code
    assert time.process_time() - begun < 8
