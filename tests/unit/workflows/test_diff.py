"""Where a remark can stand: the lines of the new files that a diff shows."""

from __future__ import annotations

from workflows.diff import lines_shown

TWO = """diff --git a/a.py b/a.py
index 1..2 100644
--- a/a.py
+++ b/a.py
@@ -1,3 +1,4 @@ def x
 one
-two
+2
+2.5
 three
@@ -10 +11 @@
-ten
+10
diff --git a/new.py b/new.py
new file mode 100644
--- /dev/null
+++ b/new.py
@@ -0,0 +1,2 @@
+first
+second
\\ No newline at end of file
diff --git a/gone.py b/gone.py
deleted file mode 100644
--- a/gone.py
+++ /dev/null
@@ -1 +0,0 @@
-old
"""


def test_the_lines_around_and_inside_each_change_are_shown() -> None:
    assert lines_shown(TWO) == {"a.py": frozenset({1, 2, 3, 4, 11}), "new.py": frozenset({1, 2})}


def test_a_line_that_looks_like_a_header_is_a_line() -> None:
    diff = "--- a/a\n+++ b/a\n@@ -1,1 +1,3 @@\n same\n+++ b/b\n+@@ -1 +100 @@\n"
    assert lines_shown(diff) == {"a": frozenset({1, 2, 3})}


def test_an_empty_line_whose_space_was_lost_is_a_line() -> None:
    assert lines_shown("+++ b/a\n@@ -1,3 +1,3 @@\n one\n\n-x\n+y\n") == {"a": frozenset({1, 2, 3})}


def test_what_is_no_diff_shows_nothing() -> None:
    assert lines_shown("") == {}
    assert lines_shown("@@ nonsense @@\n+x\n") == {}


def test_a_path_that_git_wrote_as_c_would_is_itself() -> None:
    diff = '--- "a/\\303\\244 \\"b\\".py"\n+++ "b/\\303\\244 \\"b\\".py"\n@@ -1 +1 @@\n-x\n+y\n'
    assert lines_shown(diff) == {'ä "b".py': frozenset({1})}
