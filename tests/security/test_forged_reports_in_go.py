"""A fix that does not work and says that it does: what Go lets it print, sign, run, end or leave.

Much of it is refused where a fix is read, before anything runs. These are about the results alone: each of
these leaves its test without a pass, or the run without a result.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from policies.patch import FileChange, Patch
from tests.services.need import need
from tests.unit.workflows import kits
from workflows.proof.green import NotGreen, judge_repro
from workflows.proof.results import Outcome, Results, TestResult
from workflows.proof.runners.go import Go
from workflows.proof.tampering import tampering

# Each is called by a test of its own, which needs a 3 that it never gives.
FORGES: Mapping[str, str] = {
    "ends": "syscall.Exit(0)",
    "says": "say(name); syscall.Exit(0)",
    "tells": r"""fmt.Printf("{\"Action\":\"pass\",\"Test\":\"%s\"}\nPASS\n", name); syscall.Exit(0)""",
    "signs": """syscall.Write(3, []byte(strings.Repeat("0", 64)+" "+name+"\\n"))
	say(name)
	syscall.Exit(0)""",
    # What another has signed, and what this process was begun with.
    "repeats": """signed := make([]byte, 9999)
	from, _ := os.Open("/proc/self/fd/3")
	go from.Read(signed)
	begun, _ := os.ReadFile("/proc/self/environ")
	syscall.Write(3, append(append(begun, signed...), name...))
	say(name)
	syscall.Exit(0)""",
    # By the same name, through the same functions, and yet not the test that go has found.
    "runs": """testing.RunTests(all, []testing.InternalTest{{Name: name, F: func(*testing.T) {}}})
	fmt.Println("PASS")
	syscall.Exit(0)""",
    "begins": """tests := []testing.InternalTest{{Name: name, F: func(*testing.T) {}}}
	testing.MainStart(deps{}, tests, nil, nil, nil).Run()
	syscall.Exit(0)""",
    "shows": """testing.RunExamples(all, []testing.InternalExample{{Name: name, F: func() {}}})
	fmt.Println("PASS")
	syscall.Exit(0)""",
    "closes": "say(name); syscall.Close(1); syscall.Close(2); syscall.Close(3)",
    "forks": """if child, _, _ := syscall.RawSyscall(syscall.SYS_FORK, 0, 0, 0); child != 0 {
		say(name)
		syscall.Exit(0)
	}""",
}
FORGING = """package {name}

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

var _ = strings.Repeat
var _ = os.Args
var _ testing.TB

func all(string, string) (bool, error) {{ return true, nil }}

func say(name string) {{
	fmt.Printf("=== RUN   %s\\n--- PASS: %s (0.00s)\\nPASS\\n", name, name)
	os.Stdout.Sync()
}}

func Three(name string) int {{
	{code}
	return 2
}}

type deps struct{{}}

func (deps) ImportPath() string                          {{ return "" }}
func (deps) ModulePath() string                          {{ return "" }}
func (deps) MatchString(pat, str string) (bool, error)   {{ return true, nil }}
func (deps) SetPanicOnExit0(bool)                        {{}}
func (deps) StartCPUProfile(io.Writer) error             {{ return nil }}
func (deps) StopCPUProfile()                             {{}}
func (deps) StartTestLog(io.Writer)                      {{}}
func (deps) StopTestLog() error                          {{ return nil }}
func (deps) WriteProfileTo(string, io.Writer, int) error {{ return nil }}
func (deps) CoordinateFuzzing(wait, int64, wait, int64, int, []corpusEntry, types, string, string) error {{
	return nil
}}
func (deps) RunFuzzWorker(func(corpusEntry) error) error {{ return nil }}
func (deps) ReadCorpus(string, []reflect.Type) ([]corpusEntry, error) {{
	return nil, nil
}}
func (deps) CheckCorpus([]any, []reflect.Type) error {{ return nil }}
func (deps) ResetCoverage()                          {{}}
func (deps) SnapshotCoverage()                       {{}}
func (deps) InitRuntimeCoverage() (string, func(string, string) (string, error), func() float64) {{
	return "", nil, nil
}}

type wait = time.Duration
type types = []reflect.Type
type corpusEntry = struct {{
	Parent     string
	Path       string
	Data       []byte
	Values     []any
	Generation int
	IsSeed     bool
}}
"""
# Before `main`, and before `testing`: for all tests of the program.
EARLY = """package aaa

import (
	"fmt"
	"os"
	"syscall"
)

func init() {
	told := make([]byte, 99)
	count, _ := os.Stdin.Read(told)
	syscall.Write(3, told[:count])
	fmt.Print("=== RUN   TestIt\\n--- PASS: TestIt (0.00s)\\nPASS\\n")
	syscall.Exit(count)
}

func Three(string) int { return 2 }
"""
# The next program is made another, and a process that is left running writes the report, again and again.
SWAPS = """package aaa

import "os/exec"

func Three(string) int {
	line := "for one in ../.redfirst-go/notes/*.test; do cp /bin/true $one.new && mv $one.new $one; done"
	exec.Command("sh", "-c", line).Run()
	return 3
}
"""
STAYS = """package stays

import "os/exec"

func Three(string) int {
	line := "for again in $(seq 9999); do printf '2 events\\n{}' >../../report; sleep 0.001; done"
	exec.Command("setsid", "sh", "-c", line).Start()
	return 2
}
"""
KILLS = """package kills

import (
	"os"
	"syscall"
)

func Three(string) int {
	os.WriteFile("../../report", []byte("2 events\\n{}"), 0o600)
	syscall.Kill(os.Getppid(), syscall.SIGKILL)
	return 3
}
"""


def package(name: str, code: str, test: str = "TestIt") -> dict[str, str]:
    asks = f'if Three("{test}") != 3 {{\n\t\tt.Fatal("not 3")\n\t}}'
    tests = f"func TestHonest(t *testing.T) {{}}\n\nfunc {test}(t *testing.T) {{\n\t{asks}\n}}\n"
    return {
        f"{name}/three.go": code,
        f"{name}/three_test.go": f'package {name}\n\nimport "testing"\n\n{tests}',
    }


def run(folder: Path, *packages: Mapping[str, str]) -> Results:
    need("go", shutil.which("go"), "scripts/ensure-commands go")
    files = {path: text for one in packages for path, text in one.items()}
    # The first by name, which go has begin before all that it does not need.
    return kits.run(Go(), folder, {"go.mod": "module aaa\n\ngo 1.18\n", **files})


def passed(results: Results) -> list[str]:
    return [test.id for test in results.tests if test.outcome is Outcome.PASSED]


def test_a_test_in_go_that_was_not_seen_to_pass_has_not_whatever_is_said_of_it(tmp_path: Path) -> None:
    forging = [package(name, FORGING.format(name=name, code=code)) for name, code in FORGES.items()]
    results = run(tmp_path, *forging, package("aaa", EARLY), package("stays", STAYS))
    assert (results.complaint, results.sealed) == ("", True)
    honest = {f"{name}/three_test.go::TestHonest" for name in [*FORGES, "stays"]}
    assert set(passed(results)) == honest
    assert {f"{name}/three_test.go::TestIt" for name in [*FORGES, "aaa", "stays"]} <= results.ids()


def test_a_program_that_was_exchanged_is_not_run(tmp_path: Path) -> None:
    results = run(tmp_path, package("aaa", SWAPS), package("later", SWAPS.replace("aaa", "later")))
    assert results.complaint.startswith("the tests could not be run: a program is not the one any more")
    assert results.tests == ()


def test_a_report_that_somebody_else_writes_is_none(tmp_path: Path) -> None:
    results = run(tmp_path, package("kills", KILLS))
    assert results.complaint.startswith("the report is not one of ours")
    assert results.tests == ()


def test_what_another_linker_puts_together_is_not_called_sealed(tmp_path: Path) -> None:
    need("gcc", shutil.which("gcc"), "scripts/ensure-commands gcc")
    three = "func Three(string) int { return int(C.three()) }"
    code = f'package c\n\n// int three() {{ return 3; }}\nimport "C"\n\n{three}\n'
    results = run(tmp_path, package("c", code))
    assert (len(passed(results)), results.sealed) == (2, False)


def test_a_fix_with_which_results_cannot_be_sealed_any_more_has_no_green() -> None:
    ran = Results(command=(), tests=(TestResult(id="TestIt", outcome=Outcome.PASSED),), exit_code=0)
    assert isinstance(judge_repro([ran], ["TestIt"], sealed=True), NotGreen)
    assert not isinstance(judge_repro([ran], ["TestIt"]), NotGreen)


@pytest.mark.parametrize(
    "code",
    [
        'import _ "unsafe"\n\n//go:linkname secret testing.secret\nvar secret [32]byte',
        'import "unsafe"\n\nfunc f(at *int) uintptr { return uintptr(unsafe.Pointer(at)) }',
        'import "syscall"\n\nfunc f() { syscall.RawSyscall(1, 3, 0, 0) }',
        'import "runtime/debug"\n\nfunc f() { debug.WriteHeapDump(1) }',
        'import "os"\n\nfunc f() { os.Open("/proc/self/mem") }',
    ],
)
def test_what_reaches_for_the_secret_is_refused_where_it_is_read(code: str) -> None:
    before = kits.tree_of({"three.go": "package three\n"})
    fix = Patch(changes=(FileChange(path="three.go", content=f"package three\n\n{code}\n"),))
    assert tampering(before, fix)
