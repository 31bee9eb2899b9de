"""Cargo with real tests: what it says of them, and that its words count only where they agree."""

from __future__ import annotations

import contextlib
import shutil
import time
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
from workflows.proof.runners import cargo, libtest
from workflows.proof.runners.cargo import Cargo
from workflows.proof.runners.port import Command
from workflows.proof.runners.sealed import BadReport

MANIFEST = '[package]\nname = "shelf"\nversion = "0.1.0"\nedition = "2021"\n'

LIB = """/// ```
/// assert_eq!(shelf::pages(4, 2), 2);
/// ```
pub fn pages(books: usize, each: usize) -> usize { books / each }
pub fn first(books: &[u8]) -> u8 {
    books[0]
}
#[cfg(test)]
mod tests {
    #[test] fn inside() { assert_eq!(super::pages(4, 2), 2); }
    #[test] #[should_panic(expected = "empty")] fn for_another_reason() { super::first(&[]); }
}
"""

SHELF = """use std::io::Write;
mod part {
    #[test] fn a_full_page() { assert_eq!(shelf::pages(4, 2), 2); }
    #[test] #[ignore = "later"] fn later() {}
}
#[test]
fn half_a_page() {
    println!("a word");
    assert_eq!(shelf::pages(5, 2), 3, "half a page");
}
#[test]
fn an_empty_shelf() {
    shelf::first(&[]);
}
#[test] fn returns() -> Result<(), String> { Err("no shelf".into()) }
#[test] #[should_panic] fn never_panics() {}
#[test] fn prints() { write!(std::io::stdout(), "test half_a_page ... ok").unwrap(); }
"""

BASE = {"Cargo.toml": MANIFEST, "src/lib.rs": LIB}


def run(folder: Path, files: Mapping[str, str], *asked: str) -> Results:
    need("cargo", shutil.which("cargo"), "scripts/ensure-commands cargo")
    return kits.run(Cargo(), folder, files, *asked)


def outcomes(results: Results) -> Mapping[str, Outcome]:
    assert results.complaint == ""
    return {test.id: test.outcome for test in results.tests}


def test_every_test_of_a_project_is_told_by_its_file_and_why_it_failed(tmp_path: Path) -> None:
    files = {**BASE, "tests/shelf.rs": SHELF, "tests/deep/main.rs": "#[test] fn deep() {}\n"}
    results = run(tmp_path, files)
    assert outcomes(results) == {
        "src/lib.rs::doc::pages": Outcome.PASSED,
        "src/lib.rs::tests::inside": Outcome.PASSED,
        "src/lib.rs::tests::for_another_reason": Outcome.FAILED,
        "tests/deep/main.rs::deep": Outcome.PASSED,
        "tests/shelf.rs::part::a_full_page": Outcome.PASSED,
        "tests/shelf.rs::part::later": Outcome.SKIPPED,
        "tests/shelf.rs::half_a_page": Outcome.FAILED,
        "tests/shelf.rs::an_empty_shelf": Outcome.FAILED,
        "tests/shelf.rs::returns": Outcome.FAILED,
        "tests/shelf.rs::never_panics": Outcome.FAILED,
        "tests/shelf.rs::prints": Outcome.PASSED,
    }
    tests = {test.id.removeprefix("tests/shelf.rs::"): test for test in results.tests}
    half = tests["half_a_page"]
    assert half.message == "assertion `left == right` failed: half a page\n  left: 2\n right: 3"
    assert (half.error, half.asserted, half.file) == ("panic", True, "tests/shelf.rs")
    assert half.frames[-1] == Frame(file="tests/shelf.rs", line=9)
    empty = tests["an_empty_shelf"]
    assert (empty.error, empty.asserted) == ("panic", False)
    assert empty.message == "index out of bounds: the len is 0 but the index is 0"
    assert empty.frames[-2:] == (Frame(file="tests/shelf.rs", line=13), Frame(file="src/lib.rs", line=6))
    assert tests["returns"].message == 'Error: "no shelf"'
    assert tests["never_panics"].asserted
    # The examples of the documentation may just exit, and so this is not sealed as a whole.
    assert (results.exit_code, results.sealed) == (101, False)


def test_only_the_file_that_was_asked_for_runs_in_the_member_that_it_is_of(tmp_path: Path) -> None:
    member = {f"crates/shelf/{path}": text for path, text in BASE.items()}
    other = {
        "crates/other/Cargo.toml": MANIFEST.replace("shelf", "other"),
        "crates/other/tests/it.rs": "#[test] fn other() {}\n",
        "crates/other/src/lib.rs": "",
    }
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nresolver = "2"\n',
        **member,
        **other,
        "crates/shelf/tests/it.rs": "#[test]\nfn it() { shelf::first(&[]); }\n",
    }
    results = run(tmp_path, files, "crates/shelf/tests/it.rs")
    assert outcomes(results) == {"crates/shelf/tests/it.rs::it": Outcome.FAILED}
    assert results.sealed
    assert [frame.file for frame in results.tests[0].frames] == [
        "crates/shelf/tests/it.rs",
        "crates/shelf/src/lib.rs",
    ]


def test_a_file_of_tests_that_does_not_compile_is_an_error_of_that_file(tmp_path: Path) -> None:
    results = run(
        tmp_path, {**BASE, "tests/shelf.rs": "#[test]\nfn it() { shelf::sheets(4); }\n"}, "tests/shelf.rs"
    )
    assert outcomes(results) == {"tests/shelf.rs": Outcome.ERROR}
    (test,) = results.tests
    assert "cannot find function `sheets`" in test.message
    assert test.frames == (Frame(file="tests/shelf.rs", line=2),)


def test_a_project_that_does_not_compile_has_no_results(tmp_path: Path) -> None:
    results = run(
        tmp_path,
        {**BASE, "src/lib.rs": "pub fn pages() -> usize { books }\n", "tests/a.rs": ""},
        "tests/a.rs",
    )
    assert results.complaint.startswith("the project does not compile\n")
    assert "cannot find value `books`" in results.complaint


ENDS = """#[test] fn a() {}
#[test] fn b() { assert_eq!(1, 2); }
#[test] fn c() { std::process::abort() }
#[test] fn d() { std::process::exit(0) }
"""


def test_a_test_that_ends_the_process_did_not_come_to_its_question_and_takes_no_other_along(
    tmp_path: Path,
) -> None:
    results = run(tmp_path, {**BASE, "tests/it.rs": ENDS}, "tests/it.rs")
    assert outcomes(results) == {
        "tests/it.rs::a": Outcome.PASSED,
        "tests/it.rs::b": Outcome.FAILED,
        "tests/it.rs::c": Outcome.ERROR,
        "tests/it.rs::d": Outcome.ERROR,
    }
    said = results.by_id()["tests/it.rs::d"].message
    assert said == "it ended its own process, with 0, before its test was over"
    assert (results.exit_code, results.sealed) == (101, True)


def test_a_harness_of_the_projects_own_is_one_test(tmp_path: Path) -> None:
    manifest = f'{MANIFEST}[[test]]\nname = "own"\nharness = false\n'
    files = {
        **BASE,
        "Cargo.toml": manifest,
        "tests/own.rs": 'fn main() { assert!(std::env::args().count() == 1, "no options"); }\n',
    }
    results = run(tmp_path, files, "tests/own.rs")
    assert outcomes(results) == {"tests/own.rs": Outcome.PASSED}
    assert not results.sealed


OUT = """
running 2 tests
test a ... ok
test b ... FAILED

failures:

---- b stdout ----
thread 'b' panicked at 'assertion failed: `(left == right)`
  left: `1`,
 right: `2`', tests/b.rs:3:5
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace


failures:
    b

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
"""


def test_a_panic_is_read_in_its_old_form_too() -> None:
    _, failed = libtest.told(OUT, 101)
    told = libtest.result(failed, "b", "tests/b.rs", lambda path, _: path)
    assert told.message == "assertion failed: `(left == right)`\n  left: `1`,\n right: `2`"
    assert (told.asserted, told.frames) == (True, (Frame(file="tests/b.rs", line=3),))


@pytest.mark.parametrize(
    ("out", "code"),
    [
        (OUT, 0),
        (OUT.replace("FAILED", "ok"), 101),
        (OUT.replace("running 2", "running 3"), 101),
        (f"{OUT}\nrunning 0 tests\n", 101),
        (OUT.replace("test a ... ok\n", ""), 101),
        (OUT.partition("test result")[0], 101),
    ],
)
def test_names_numbers_and_the_end_must_agree_of_examples(out: str, code: int) -> None:
    with pytest.raises(BadReport):
        libtest.told(out, code)


BOTH = ["a", "b"]


def test_what_failed_is_what_a_run_names_and_what_passed_is_what_a_run_came_back_from() -> None:
    first, second = libtest.Round(101, passed=False, out=OUT), libtest.Round(0, passed=True, out="")
    told = libtest.judged([*BOTH, "c"], ["c"], [first, second])
    assert [one.outcome for one in told] == [Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED]
    assert "assertion failed" in told[1].said


@pytest.mark.parametrize(
    "rounds",
    [
        [],
        [libtest.Round(101, passed=False, out=OUT)],
        [libtest.Round(0, passed=False, out=OUT.replace("FAILED", "ok"))],
        [libtest.Round(134, passed=False, out=OUT), libtest.Round(0, passed=True, out="", only="a")],
    ],
)
def test_a_test_that_no_run_came_back_from_has_no_result(rounds: list[libtest.Round]) -> None:
    with pytest.raises(BadReport, match="was not run to its end"):
        libtest.judged(BOTH, [], rounds)


WORDS = [
    "ok ",
    "failed: ",
    "test a ... ok",
    "running 2 tests",
    "thread 'a' panicked at ",
    "'x', a.rs:1:2",
    "\n",
    "a",
]


@given(st.lists(st.sampled_from([*WORDS, "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured;"])))
def test_nothing_that_tests_print_makes_reading_it_raise_anything_else(words: list[str]) -> None:
    out = "".join(words)
    with contextlib.suppress(BadReport):
        libtest.told(out, 0)
    with contextlib.suppress(BadReport):
        libtest.judged(libtest.names(out), [], [libtest.Round(101, passed=False, out=out)])
    failed = libtest.Told("a", Outcome.FAILED, out)
    assert libtest.result(failed, "a", "a.rs", lambda path, _: path).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "line", ["thread 'a' panicked at 'x", "---- a stdout ----", " at a:1:1:1", "failed: a ", "note: "]
)
def test_output_of_a_size_that_nobody_has_is_read_in_time_that_is_not(line: str) -> None:
    out = f"{line}\n" * 100_000
    began = time.process_time()
    libtest.result(libtest.Told("a", Outcome.FAILED, out), "a", "a.rs", lambda path, _: path)
    with contextlib.suppress(BadReport):
        libtest.told(out, 0)
    with contextlib.suppress(BadReport):
        libtest.judged(libtest.names(out), [], [libtest.Round(101, passed=False, out=out)])
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (b"", "the report is empty"),
        (b"2 build\n{}", "cargo could not build the tests"),
        (b"12 build\n{}", "the report is cut off"),
        (b"2 build\n{}2 build\n{}", "the report is cut off, or tells a thing twice"),
        (b"99999999999 build\n", "the report is cut off"),
        (b"nonsense\n", "the report is not one of ours"),
        (b"2 ../build\n{}", "the report is not one of ours"),
        (b"2 broken\nno", "the tests could not be run: no"),
    ],
)
def test_a_report_that_is_none_is_a_complaint(told: bytes, why: str, tmp_path: Path) -> None:
    ran, ask = ExecResult(code=0, stderr="its last words"), kits.asking(tmp_path)
    results = Cargo().read(Command([], []), ask, ran, kits.sealed(told, ask))
    assert results.complaint.startswith(why)
    assert results.complaint.endswith("its last words")
    assert results.tests == ()


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (b"", "the report is not one of ours"),
        (b"2 build\n{}", "the report is not one of ours"),
        (b"64 seal\n" + b"0" * 64 + b"2 build\n{}", "somebody else wrote in the report"),
    ],
)
def test_a_report_without_the_seal_is_none(report: bytes, why: str, tmp_path: Path) -> None:
    results = Cargo().read(Command([], []), kits.asking(tmp_path), ExecResult(code=0), report)
    assert results.complaint.startswith(why)
    assert results.tests == ()


def test_a_run_that_took_too_long_is_not_read(tmp_path: Path) -> None:
    results = Cargo().read(Command([], []), kits.asking(tmp_path), ExecResult(code=None, timed_out=True), b"")
    assert results.complaint == "the tests took too long and were stopped"


def test_a_runner_knows_where_tests_live_and_what_steers_them() -> None:
    runner, tree = Cargo(), kits.tree_of(BASE)
    assert runner.fits(Project(stack=Stack.RUST), tree)
    assert not runner.fits(Project(stack=Stack.PYTHON), tree)
    collected = ["tests/a.rs", "crates/a/tests/b.rs", "tests/deep/main.rs"]
    assert [
        path
        for path in [*collected, "src/tests/a.rs", "tests/deep/part.rs", "src/a.rs"]
        if runner.collects(path)
    ] == collected
    tests = ["tests/a.rs", "tests/common/mod.rs", "benches/a.rs", "src/pages/tests.rs", "tests/data.json"]
    assert [path for path in [*tests, "src/lib.rs", "src/testing.rs"] if runner.is_test(path)] == tests
    steering = ["Cargo.toml", "crates/a/Cargo.toml", ".cargo/config.toml", "build.rs", "rust-toolchain"]
    assert [path for path in [*steering, "src/lib.rs"] if runner.is_configuration(path, tree)] == steering


def test_a_script_that_builds_steers_whatever_it_is_called() -> None:
    manifest = MANIFEST + 'build = "src/made.rs"\n'
    tree = kits.tree_of({"Cargo.toml": MANIFEST, "crates/a/Cargo.toml": manifest})
    paths = ["crates/a/src/made.rs", "src/made.rs", "crates/a/src/lib.rs"]
    assert [path for path in paths if Cargo().is_configuration(path, tree)] == paths[:1]


def test_what_the_projects_command_says_of_its_features_is_kept_and_no_choice_of_tests() -> None:
    said = [
        "cargo",
        "test",
        "--workspace",
        "--all-features",
        "-F",
        "a,b",
        "--package",
        "shelf",
        "--test",
        "it",
        "--",
        "--skip",
        "slow",
        "-p",
        "no",
    ]
    assert cargo.options(said) == ("--all-features", "-F", "a,b", "-p", "shelf")


def test_all_members_of_a_workspace_are_run_unless_the_command_names_some(tmp_path: Path) -> None:
    tree, ask = kits.tree_of({"Cargo.toml": "[workspace]\nmembers = []\n"}), kits.asking(tmp_path)
    every = ["cargo", "test", "--no-fail-fast", "--offline", "--workspace"]
    assert Cargo().command(tree, ask).shown == every
    assert Cargo(("-p", "shelf")).command(tree, ask).shown == [*every[:-1], "-p", "shelf"]
