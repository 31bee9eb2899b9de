"""What checkers say is read as they said it, and whatever else they say ends in a sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.diagnostics.said import printed, said
from workflows.proof.diagnostics.checker import NotThere, Output, Report, Unreadable
from workflows.proof.diagnostics.compiled_tools import read_clippy, read_go_vet
from workflows.proof.diagnostics.model import LONGEST, Diagnostic
from workflows.proof.diagnostics.python_linters import read_flake8, read_ruff
from workflows.proof.diagnostics.python_types import read_mypy, read_pyright
from workflows.proof.diagnostics.script_tools import UNPARSED, read_eslint, read_tsc

Reader = Callable[[Output, str], Report]
READERS: dict[str, Reader] = {
    "ruff": read_ruff,
    "flake8": read_flake8,
    "mypy": read_mypy,
    "pyright": read_pyright,
    "eslint": read_eslint,
    "tsc": read_tsc,
    "clippy": read_clippy,
    "go vet": read_go_vet,
}
EACH = pytest.mark.parametrize("reader", READERS.values(), ids=READERS)


def shown(report: Report) -> list[str]:
    return [f"{'' if one.is_error else 'warning '}{one}" for one in report.diagnostics]


def test_ruff() -> None:
    assert shown(read_ruff(said("ruff-0.17.json"), "api")) == [
        "api/shelf/broken.py:1: invalid-syntax Expected a parameter or the end of the parameter list (ruff)",
        "api/shelf/broken.py:1: invalid-syntax Expected `)`, found newline (ruff)",
        "api/shelf/pages.py:2: F401 `os` imported but unused (ruff)",
        "api/shelf/pages.py:6: F841 Local variable `unused` is assigned to but never used (ruff)",
    ]


def test_flake8() -> None:
    assert shown(read_flake8(said("flake8-7.5.txt"), "")) == [
        "shelf/broken.py:1: E999 SyntaxError: invalid syntax (flake8)",
        "shelf/pages.py:2: F401 'os' imported but unused (flake8)",
        "shelf/pages.py:6: F841 local variable 'unused' is assigned to but never used (flake8)",
    ]


def test_mypy() -> None:
    assert shown(read_mypy(said("mypy-2.4.txt"), "")) == [
        'shelf/pages.py:7: return-value Incompatible return value type (got "str", expected "int") (mypy)',
        "shelf/pages.py:10: no-untyped-def Function is missing a type annotation (mypy)",
        'shelf/pages.py:11: unused-ignore Unused "type: ignore" comment (mypy)',
    ]


def test_pyright() -> None:
    report = read_pyright(said("pyright-1.1.json"), "api")
    assert report.version == "1.1.414"
    assert shown(report)[2] == (
        "api/shelf/pages.py:7: reportReturnType Type \"Literal['no']\" is not assignable to return type "
        '"int" "Literal[\'no\']" is not assignable to "int" (pyright)'
    )


def test_eslint() -> None:
    assert shown(read_eslint(said("eslint-10.json"), "api")) == [
        "api/src/a.js:1: complexity Function 'pages' has a complexity of 2. Maximum allowed is 1. (eslint)",
        "api/src/a.js:1: no-unused-vars 'pages' is defined but never used. (eslint)",
        "api/src/a.js:2: no-unused-vars 'unused' is assigned a value but never used. (eslint)",
        "warning api/src/a.js:3: no-console Unexpected console statement. (eslint)",
        # Not that it has nothing to do with b.ts.
        f"api/src/c.js:1: {UNPARSED} its parser does not understand it (eslint)",
    ]


def test_tsc() -> None:
    assert shown(read_tsc(said("tsc-7.txt"), "api")) == [
        "api/src/b.ts:1: TS2322 Type 'string' is not assignable to type 'number'. (tsc)",
        "api/src/b.ts:3: TS2322 Type 'string | number' is not assignable to type 'number'. (tsc)",
        "api/src/b.ts:5: TS2304 Cannot find name 'missing'. (tsc)",
    ]


def test_clippy_says_the_same_of_a_file_in_two_programs_once() -> None:
    assert shown(read_clippy(said("clippy-1.95.jsonl", 101), "api")) == [
        "warning api/src/lib.rs:2: unused_variables unused variable: `unused` (clippy)",
        "api/src/lib.rs:3: clippy::needless_return unneeded `return` statement (clippy)",
    ]


def test_go_vet() -> None:
    assert shown(read_go_vet(said("go-vet-1.27.txt", aside=True), "")) == [
        "shelf/pages.go:6: fmt.Sprintf format %s reads arg #2, but call has 1 arg (go vet)"
    ]


# --- and otherwise --------------------------------------------------------------------------------------

CLEAN = {
    "ruff": "[]",
    "pyright": '{"generalDiagnostics": [], "version": "1"}',
    "eslint": "[]",
    "clippy": '{"reason":"build-finished","success":true}',
}


@pytest.mark.parametrize("tool", READERS)
def test_who_has_nothing_to_say_says_nothing(tool: str) -> None:
    assert READERS[tool](printed(CLEAN.get(tool, ""), 0), "").diagnostics == ()


@EACH
def test_a_crash_is_told_with_its_last_words(reader: Reader) -> None:
    with pytest.raises(Unreadable, match=r"it ended with 70: .* / Error: no such plugin"):
        reader(printed("", 70, "Traceback\n  somewhere\n\nError: no such plugin\n"), "")


@EACH
def test_complaining_of_nothing_is_a_crash_too(reader: Reader) -> None:
    with pytest.raises(Unreadable):
        reader(printed("", 1, "Traceback: ModuleNotFoundError"), "")


@pytest.mark.parametrize("tool", ["ruff", "pyright", "eslint"])
@pytest.mark.parametrize(
    "out", ["[" * 100_000, '[{"code": 1}]', '{"generalDiagnostics": 7}', "NaN", '"\\ud800"', "[[]]", "{"]
)
def test_what_is_not_its_format_is_no_answer(tool: str, out: str) -> None:
    with pytest.raises(Unreadable):
        READERS[tool](printed(out), "")


@EACH
@given(out=st.text(max_size=300), err=st.text(max_size=100), code=st.integers(-9, 300))
def test_whatever_it_says_ends_in_a_report_or_a_sentence(
    reader: Reader, out: str, err: str, code: int
) -> None:
    with contextlib.suppress(Unreadable):
        reader(Output(code, out, err), "api")


def test_mypy_that_could_not_go_on_has_not_looked() -> None:
    with pytest.raises(Unreadable, match="Duplicate module"):
        read_mypy(printed('tests/b.py: error: Duplicate module named "b"\n', 2), "")


def test_tsc_that_complains_of_its_settings_has_not_looked() -> None:
    with pytest.raises(Unreadable, match="TS18003"):
        read_tsc(printed("error TS18003: No inputs were found in config file 'tsconfig.json'.\n", 2), "")


def test_a_dependency_that_does_not_build_is_nothing_that_clippy_says() -> None:
    with pytest.raises(Unreadable):
        read_clippy(printed('{"reason":"build-finished","success":false}', 101, "could not compile"), "")


def test_clippy_may_be_missing_from_a_toolchain() -> None:
    with pytest.raises(NotThere):
        read_clippy(printed("", 101, "error: no such command: `clippy`"), "")


def test_pyright_may_be_told_to_be_renewed_first() -> None:
    out = f"WARNING: there is a new pyright version\n{CLEAN['pyright']}"
    assert read_pyright(printed(out, 0), "").version == "1"


def test_what_it_says_is_one_plain_line_of_bounded_length() -> None:
    hostile = f"x\x1b[2J\u202e\n{'y' * 5_000}"
    (one,) = read_mypy(printed(f"{'a' * 900}.py:{9**8}: error: {hostile}"), "").diagnostics
    assert one.message.startswith("x [2J")
    assert len(one.file) <= LONGEST
    (line,) = str(one).splitlines()
    assert "\x1b" not in line


def test_a_diagnostic_is_the_same_wherever_it_moves() -> None:
    def one(line: int, message: str) -> Diagnostic:
        return Diagnostic(tool="ruff", file="a.py", line=line, code="F811", message=message)

    assert one(9, "defined on line 3").same == one(12, "defined on line 14").same
    assert one(9, "of `x`").same != one(9, "of `y`").same
