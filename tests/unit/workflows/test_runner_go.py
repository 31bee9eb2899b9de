"""Go: by what its judge was recorded to tell, and as it is where there is one.

`recorded/go-1.19.json` is what the judge told of `PROJECT` with Go 1.19.8, without times and in `/workspace`;
run this file as a module to record it anew. What newer ones say of what does not compile is as
`go doc test2json` has it.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.need import need
from tests.unit.workflows import kits
from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack
from workflows.proof.results import Frame, Outcome, Results
from workflows.proof.runners import go, packed
from workflows.proof.runners.go import Go
from workflows.proof.runners.port import Command

RECORDED = Path(__file__).parent / "recorded" / "go-1.19.json"

PROJECT = {
    "go.mod": "module example.org/shelf\n\ngo 1.18\n",
    "shelf.go": """package shelf

// Full pages only.
func Pages(items, size int) int { return items / size }

func First(items []int) int { return items[0] }
""",
    "shelf_test.go": """package shelf

import (
	"fmt"
	"io"
	"os"
	"testing"
)

func TestFullPage(t *testing.T) {
	if Pages(4, 2) != 2 {
		t.Fatal("no")
	}
}
func TestHalfPage(t *testing.T) {
	if got := Pages(5, 2); got != 3 {
		t.Errorf("Pages(5, 2) is %d,\\nnot 3", got)
	}
}
func TestTable(t *testing.T) {
	for n := 1; n < 3; n++ {
		t.Run(fmt.Sprintf("each %d", n), func(t *testing.T) {
			if n == 2 {
				t.Error("no")
			}
		})
	}
}
func TestLater(t *testing.T) { t.Skip("later") }
func TestNothingIsToBeRead(t *testing.T) {
	said, err := io.ReadAll(os.Stdin)
	if about, _ := os.Stdin.Stat(); len(said) > 0 || err != nil || about.Mode()&os.ModeCharDevice == 0 {
		t.Error(said, err, about.Mode())
	}
}
func ExamplePages() {
	fmt.Println(Pages(5, 2))
	// Output: 3
}
func ExampleFirst() {
	fmt.Println(First([]int{1, 2}))
	// Output: 1
}
func FuzzPages(f *testing.F) {
	f.Add(4)
	f.Fuzz(func(t *testing.T, items int) { Pages(items, 2) })
}
""",
    "page/page.go": """package page

import "example.org/shelf"

func Top(items []int) int { return shelf.First(items) }
""",
    "page/page_test.go": """package page

import "testing"

func TestBefore(t *testing.T) {}

func TestTop(t *testing.T) {
	if Top(nil) != 1 {
		t.Fatal("no")
	}
}

func TestAfter(t *testing.T) {}
""",
    "bad/bad_test.go": """package bad

import "testing"

func TestBad(t *testing.T) { missing() }
""",
    "ends/ends_test.go": """package ends

import (
	"fmt"
	"syscall"
	"testing"
)

func TestSays(t *testing.T) {
	fmt.Println("--- PASS: TestSays (0.00s)\\nPASS")
	syscall.Exit(0)
}
func TestMore(t *testing.T) {}
""",
    "leaves/leaves_test.go": """package leaves

import (
	"os"
	"testing"
)

func TestLeaves(t *testing.T) { os.Exit(0) }
""",
    "main/main_test.go": """package main

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	m.Run()
	os.Exit(3)
}
func TestGood(t *testing.T) {}
""",
}


def read(told: Mapping[str, str], folder: Path, *, code: int = 1) -> Results:
    """As the judge seals it."""
    files = {"folder": "/workspace", "module": "example.org/shelf\n", **told}
    report = b"".join(
        b"%d %s\n%s" % (len(text.encode()), name.encode(), text.encode()) for name, text in files.items()
    )
    ask = kits.asking(folder)
    return Go().read(Command([], []), ask, ExecResult(code=code), kits.sealed(report, ask))


def live(folder: Path, files: Mapping[str, str]) -> Results:
    need("go", shutil.which("go"), "scripts/ensure-commands go")
    return kits.run(Go(), folder, files)


def events(*told: Mapping[str, str]) -> str:
    return "".join(f"{json.dumps({'Package': 'example.org/shelf', **one})}\n" for one in told)


@pytest.mark.parametrize("which", ["recorded", "live"])
def test_every_test_is_told_by_its_file_and_why_it_failed(which: str, tmp_path: Path) -> None:
    told = json.loads(RECORDED.read_text())
    results = live(tmp_path, PROJECT) if which == "live" else read(told, tmp_path)
    assert (results.complaint, results.sealed, results.exit_code) == ("", True, 1)
    tests = results.by_id()
    assert {name: test.outcome for name, test in tests.items()} == {
        "bad/bad_test.go": Outcome.ERROR,
        "ends/ends_test.go::TestSays": Outcome.FAILED,
        "leaves/leaves_test.go::TestLeaves": Outcome.FAILED,
        "main": Outcome.ERROR,
        "main/main_test.go::TestGood": Outcome.PASSED,
        "page/page_test.go::TestBefore": Outcome.PASSED,
        "page/page_test.go::TestTop": Outcome.FAILED,
        "shelf_test.go::ExampleFirst": Outcome.PASSED,
        "shelf_test.go::ExamplePages": Outcome.FAILED,
        "shelf_test.go::FuzzPages": Outcome.PASSED,
        "shelf_test.go::FuzzPages/seed#0": Outcome.PASSED,
        "shelf_test.go::TestFullPage": Outcome.PASSED,
        "shelf_test.go::TestHalfPage": Outcome.FAILED,
        "shelf_test.go::TestLater": Outcome.SKIPPED,
        "shelf_test.go::TestNothingIsToBeRead": Outcome.PASSED,
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
    leaves = tests["leaves/leaves_test.go::TestLeaves"]
    assert leaves.message == "panic: unexpected call to os.Exit(0) during test"
    says = tests["ends/ends_test.go::TestSays"]
    # Newer ones know their own lines from what is printed.
    unended = "It began and did not come to its end.\nPASS"
    unseen = (unended, "It is told to have passed, and was not seen to.")
    assert says.message in unseen
    assert (says.asserted, says.error) == (False, "exit")
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
    (test,) = read({"events": told}, tmp_path).tests
    assert (test.id, test.outcome, test.message) == (".", Outcome.ERROR, "undefined: y")
    assert (test.file, test.error) == ("shelf.go", "CompilationError")


def test_a_test_that_took_too_long_did_not_come_to_its_question(tmp_path: Path) -> None:
    said = "panic: test timed out after 1s\n\ngoroutine 17 [running]:\n"
    told = events(
        {"Action": "output", "Test": "TestLater", "Output": said},
        {"Action": "fail", "Test": "TestLater"},
        {"Action": "fail"},
    )
    assert [test.outcome for test in read(ran(told), tmp_path).tests] == [Outcome.ERROR]


def ran(said: str, *, kind: str = "sealed", code: int = 0, passed: str = "") -> Mapping[str, str]:
    """Of one program of tests."""
    noted = events({"Action": "output", "Output": "redfirst-note 7\n"}, {"Action": "pass"})
    return {"events": noted, "7.kind": kind, "7.code": str(code), "7.passed": passed, "7.events": said}


@pytest.mark.parametrize(
    ("told", "passed", "why"),
    [
        (["pass"], "TestLater\n", ""),
        (["pass"], "", "It is told to have passed, and was not seen to."),
        (["pass"], "TestLater/part\nTestOther\n", "It is told to have passed, and was not seen to."),
        (["pass", "pass"], "TestLater\n", "It is told to have ended twice."),
        (["run"], "TestLater\n", "It began and did not come to its end."),
    ],
)
def test_a_test_has_passed_where_it_was_seen_to(
    told: list[str], passed: str, why: str, tmp_path: Path
) -> None:
    said = events(*({"Action": action, "Test": "TestLater"} for action in told), {"Action": "pass"})
    results = read(ran(said, passed=passed), tmp_path, code=0)
    (test,) = results.tests
    assert (results.sealed, results.complaint) == (True, "")
    assert (test.outcome is Outcome.PASSED, test.message) == (not why, why)


def test_a_program_that_passes_and_ends_otherwise_has_failed(tmp_path: Path) -> None:
    said = events({"Action": "pass", "Test": "TestLater"}, {"Action": "pass"})
    results = read(ran(said, passed="TestLater\n", code=3), tmp_path)
    assert [test.outcome for test in results.tests] == [Outcome.PASSED, Outcome.ERROR]


def test_what_a_go_that_we_do_not_know_tells_is_told_to_be_open(tmp_path: Path) -> None:
    said = events({"Action": "pass", "Test": "TestLater"}, {"Action": "pass"})
    results = read(ran(said, kind="open"), tmp_path, code=0)
    assert ([test.outcome for test in results.tests], results.sealed) == ([Outcome.PASSED], False)


def test_a_report_that_was_not_sealed_is_none(tmp_path: Path) -> None:
    ask = kits.asking(tmp_path)
    told = kits.sealed(b"2 events\n{}", ask)
    results = Go().read(Command([], []), ask, ExecResult(code=0), told.replace(b"{}", b"[]"))
    assert results.complaint == "somebody else wrote in the report: its seal is broken"


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
    ],
)
def test_a_run_that_contradicts_itself_is_not_believed(
    told: list[Mapping[str, str]], code: int, why: str, tmp_path: Path
) -> None:
    results = read(ran(events(*told), kind="open"), tmp_path, code=code)
    assert results.complaint.startswith(why)
    assert results.tests == ()


def test_where_go_does_nothing_at_all_there_are_no_results(tmp_path: Path) -> None:
    assert read({"events": ""}, tmp_path).complaint.startswith("go could not run the tests")
    assert read({"broken": "no go"}, tmp_path).complaint.startswith("the tests could not be run: no go")


@given(
    st.lists(
        st.fixed_dictionaries(
            {}, optional={"Action": ACTIONS, "Package": NAMES, "Test": NAMES, "Output": SAID}
        )
    )
)
def test_no_events_make_reading_them_raise_anything_else(told: list[dict[str, str]]) -> None:
    said = "".join(f"{json.dumps(one)}\n" for one in told)
    for files in ({"events": said}, ran(said), ran(said, kind="open")):
        results = read(files, Path())
        assert results.sealed or results.tests or results.complaint


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


def record() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, ask = Path(name), kits.asking(Path(name))
        kits.run(Go(), folder, PROJECT, ask=ask)
        told = packed.opened((folder / "report").read_bytes(), ask.key)
        files = {name: text.decode().replace(f"{folder}/work", "/workspace") for name, text in told.items()}
    plain = {name: re.sub(r'"Time":"[^"]*",|,"Elapsed":[\d.]+', "", text) for name, text in files.items()}
    RECORDED.write_text(json.dumps(plain, indent=1) + "\n")


if __name__ == "__main__":
    record()
