"""Go by what it was recorded to say: there is none where these tests run.

`recorded/go-1.19.jsonl` is what Go 1.19.8 wrote of the project that `TESTS` lists, without times; what newer
ones say of what does not compile is as `go doc test2json` has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows import kits
from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack
from workflows.proof.results import Frame, Outcome, Results
from workflows.proof.runners import go
from workflows.proof.runners.go import Go
from workflows.proof.runners.port import Command

RECORDED = Path(__file__).parent / "recorded" / "go-1.19.jsonl"

TESTS = """./page/page_test.go:func TestBefore(t *testing.T) {}
./page/page_test.go:func TestTop(t *testing.T) {
./page/page_test.go:func TestAfter(t *testing.T) {}
./bad/bad_test.go:func TestBad(t *testing.T) { missing() }
./shelf_test.go:func TestFullPage(t *testing.T) {
./shelf_test.go:func TestHalfPage(t *testing.T) {
./shelf_test.go:func TestTable(t *testing.T) {
./shelf_test.go:func TestLater(t *testing.T) { t.Skip("later") }
./shelf_test.go:func ExamplePages() {
./ends/ends_test.go:func TestEnds(t *testing.T) { os.Exit(0) }
./ends/ends_test.go:func TestMore(t *testing.T) { }
"""

PRINTED = """# example.org/shelf/bad [example.org/shelf/bad.test]
bad/bad_test.go:5:30: undefined: missing
"""


def read(events: str, folder: Path, *, code: int = 1, printed: str = "") -> Results:
    files = {"events": events, "folder": "/workspace\n", "module": "example.org/shelf\n", "tests": TESTS}
    report = b"".join(
        b"%d %s\n%s" % (len(text.encode()), name.encode(), text.encode()) for name, text in files.items()
    )
    return Go().read(Command([], []), kits.asking(folder), ExecResult(code=code, stderr=printed), report)


def events(*told: Mapping[str, str]) -> str:
    return "".join(f"{json.dumps({'Package': 'example.org/shelf', **one})}\n" for one in told)


def test_every_test_is_told_by_its_file_and_why_it_failed(tmp_path: Path) -> None:
    results = read(RECORDED.read_text(), tmp_path, code=2, printed=PRINTED)
    # A program of tests can print what looks like any event, and the proof says so.
    assert (results.complaint, results.sealed) == ("", False)
    tests = results.by_id()
    assert {name: test.outcome for name, test in tests.items()} == {
        "bad/bad_test.go": Outcome.ERROR,
        "ends/ends_test.go::TestEnds": Outcome.FAILED,
        "page/page_test.go::TestBefore": Outcome.PASSED,
        "page/page_test.go::TestTop": Outcome.FAILED,
        "shelf_test.go::ExamplePages": Outcome.FAILED,
        "shelf_test.go::TestFullPage": Outcome.PASSED,
        "shelf_test.go::TestHalfPage": Outcome.FAILED,
        "shelf_test.go::TestLater": Outcome.SKIPPED,
        "shelf_test.go::TestTable": Outcome.FAILED,
        "shelf_test.go::TestTable/each_1": Outcome.PASSED,
        "shelf_test.go::TestTable/each_2": Outcome.FAILED,
    }
    half = tests["shelf_test.go::TestHalfPage"]
    assert (half.message, half.asserted, half.error) == ("Pages(5, 2) is 2,\n        not 3", True, "")
    assert half.frames == (Frame(file="shelf_test.go", line=17),)
    top = tests["page/page_test.go::TestTop"]
    assert top.message == "panic: runtime error: index out of range [0] with length 0"
    assert (top.asserted, top.error) == (False, "panic")
    assert top.frames == (
        Frame(file="page/page_test.go", line=8),
        Frame(file="page/page.go", line=5),
        Frame(file="shelf.go", line=6),
    )
    assert tests["shelf_test.go::TestTable"].message == "no"
    assert tests["shelf_test.go::ExamplePages"].message == "got:\n2\nwant:\n3"
    assert tests["ends/ends_test.go::TestEnds"].message == "panic: unexpected call to os.Exit(0) during test"
    bad = tests["bad/bad_test.go"]
    assert (bad.message, bad.error, bad.file) == ("undefined: missing", "CompilationError", "bad/bad_test.go")


def test_what_does_not_compile_is_an_event_of_newer_ones(tmp_path: Path) -> None:
    building = {
        "ImportPath": "example.org/shelf [example.org/shelf.test]",
        "Action": "build-output",
        "Package": "",
    }
    told = events(
        {**building, "Output": "# example.org/shelf [example.org/shelf.test]\n"},
        {**building, "Output": "./shelf.go:3:11: undefined: y\n"},
        {**building, "Action": "build-fail"},
        {"Action": "start"},
        {"Action": "output", "Output": "FAIL\texample.org/shelf [build failed]\n"},
        {"Action": "fail", "FailedBuild": "example.org/shelf [example.org/shelf.test]"},
    )
    (test,) = read(told, tmp_path).tests
    assert (test.id, test.outcome, test.message) == (".", Outcome.ERROR, "undefined: y")
    assert (test.file, test.error) == ("shelf.go", "CompilationError")


def test_a_test_that_took_too_long_did_not_come_to_its_question(tmp_path: Path) -> None:
    said = "panic: test timed out after 1s\n\ngoroutine 17 [running]:\n"
    told = events(
        {"Action": "output", "Test": "TestLater", "Output": said},
        {"Action": "fail", "Test": "TestLater"},
        {"Action": "fail"},
    )
    assert [test.outcome for test in read(told, tmp_path).tests] == [Outcome.ERROR]


ACTIONS = st.sampled_from(["start", "run", "pass", "fail", "skip", "output", "build-output", "bench"])
NAMES = st.sampled_from(["", "a", "example.org/shelf", "TestA", "TestA/b"])
SAID = st.sampled_from(
    ["panic: x\n", "goroutine 1 [running]:\n", "\t/workspace/a.go:1 +0x1\n", "  a.go:1: x\n", "# a\n"]
)

RUN, PASS, FAIL = ({"Action": action, "Test": "TestLater"} for action in ("run", "pass", "fail"))


@pytest.mark.parametrize(
    ("told", "code", "why"),
    [
        ([RUN, {"Action": "pass"}], 0, "TestLater began and did not come to its end"),
        ([RUN, PASS], 0, "example.org/shelf began and did not come to its end"),
        ([RUN, PASS, FAIL, {"Action": "fail"}], 1, "TestLater is told to have ended twice"),
        ([RUN, FAIL, {"Action": "pass"}], 0, "TestLater failed, and its package did not"),
        ([RUN, FAIL, {"Action": "fail"}], 0, "the test run ended with 0"),
        ([RUN, PASS, {"Action": "pass"}], 1, "the test run ended with 1"),
        ([], 1, "go could not run the tests"),
    ],
)
def test_a_run_that_contradicts_itself_is_not_believed(
    told: list[Mapping[str, str]], code: int, why: str, tmp_path: Path
) -> None:
    results = read(events(*told), tmp_path, code=code)
    assert results.complaint.startswith(why)
    assert results.tests == ()


@given(
    st.lists(
        st.fixed_dictionaries(
            {}, optional={"Action": ACTIONS, "Package": NAMES, "Test": NAMES, "Output": SAID}
        )
    )
)
def test_no_events_make_reading_them_raise_anything_else(told: list[dict[str, str]]) -> None:
    results = read("".join(f"{json.dumps(one)}\n" for one in told), Path())
    assert results.tests or results.complaint


def test_what_runs_is_the_tests_in_the_files_and_no_others(tmp_path: Path) -> None:
    tree = kits.tree_of(
        {"page/page_test.go": "func TestTop(t *testing.T) {\nfunc helper() {}\n", "a_test.go": ""}
    )
    both = Go(("-race",)).command(tree, kits.asking(tmp_path, "page/page_test.go", "a_test.go", seed=2))
    assert both.shown == [
        "go",
        "test",
        "-json",
        "-count=1",
        "-shuffle=3",
        "-race",
        "-run",
        "^(TestTop)$",
        "./page",
        ".",
    ]
    assert Go().command(tree, kits.asking(tmp_path)).shown == ["go", "test", "-json", "-count=1", "./..."]
    none = Go().command(tree, kits.asking(tmp_path, "a_test.go"))
    assert none.shown[-3:] == ["-run", "^(None)$", "."]


def test_a_runner_knows_where_tests_live_and_what_steers_them() -> None:
    runner, tree = Go(), kits.tree_of({"go.mod": ""})
    assert runner.fits(Project(stack=Stack.GO), tree)
    assert not runner.fits(Project(stack=Stack.GO), kits.tree_of({"go.work": ""}))
    paths = [
        "a_test.go",
        "page/page_test.go",
        "page/page.go",
        "page/testdata/b_test.go",
        "vendor/x/x_test.go",
    ]
    assert [path for path in paths if runner.collects(path)] == paths[:2]
    assert [path for path in paths if not runner.is_test(path)] == ["page/page.go"]
    steering = ["go.mod", "go.work", "tools/go.mod"]
    assert [path for path in [*steering, "go.go"] if runner.is_configuration(path, tree)] == steering


def test_what_the_projects_command_says_of_its_tags_is_kept_and_no_choice_of_tests() -> None:
    said = ["go", "test", "-race", "-tags", "a,b", "--tags=c", "-run", "TestX", "-v", "./page/..."]
    assert go.options(said) == ("-race", "-tags", "a,b", "--tags=c")
