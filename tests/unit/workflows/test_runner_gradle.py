"""Gradle with real tests, of JUnit and of TestNG, and what it is known to say otherwise.

What its reports share with Maven's is tested there.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.services.need import need
from tests.unit.workflows import kits
from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack
from workflows.proof.results import Frame, Outcome, Results
from workflows.proof.runners.gradle import Gradle
from workflows.proof.runners.port import Command

CASE = """<testsuite name="a.BTest"><testcase name="raises()" classname="a.BTest">
<failure message="java.lang.NullPointerException: no" type="java.lang.NullPointerException">
java.lang.NullPointerException: no
	at a.Shelf.title(Shelf.java:5)
	at a.BTest.raises(BTest.java:9)
</failure></testcase><testcase name="works()" classname="a.BTest"/></testsuite>"""

UNCOMPILED = """> Task :compileTestJava FAILED
/workspace/src/test/java/a/BTest.java:9: error: cannot find symbol
        Shelf.sheets(4);
FAILURE: Build failed with an exception.
* What went wrong:
Execution failed for task ':compileTestJava'.
"""


DEBIAN = Path("/usr/share/java")
# Two modules, each with a tool of its own; a task of tests is a JVM.
BUILD = """
def debian = { fileTree(dir: '/usr/share/java', includes: it.collect { "${it}.jar" }) }
subprojects {
    apply plugin: 'java'
    test { systemProperty 'reports', 'build/test-results/test' }
}
project(':old') { dependencies { implementation debian(['junit4', 'hamcrest-core']) } }
project(':ng') {
    dependencies { implementation debian(['testng', 'jcommander', 'bsh']) }
    test { useTestNG() }
}
"""
BUILT = {"build.gradle": BUILD, "settings.gradle": "include 'old', 'ng'\n"}
OLD = """package shelf;
import org.junit.*;
public class OldTest {
    @Test public void works() { }
    @Test public void fails() { Assert.assertEquals(3, 2); }
}
"""
NG = """package shelf;
import org.testng.annotations.*;
public class NgTest {
    @Test public void works() { }
    @Test(expectedExceptions = ArithmeticException.class) public void expects() { int none = 1 / (1 - 1); }
}
"""


def run(folder: Path, files: Mapping[str, str], *asked: str) -> Results:
    need("gradle", shutil.which("gradle"), "scripts/ensure-commands gradle")
    need("TestNG", (DEBIAN / "testng.jar").exists(), "install testng, junit4")
    options = "-Xshare:auto -XX:TieredStopAtLevel=1"
    env = {"GRADLE_USER_HOME": str(folder / "home"), "GRADLE_OPTS": options}
    return kits.run(Gradle(), folder, {**BUILT, **files}, *asked, env=env)


def test_what_tests_of_two_tools_were_seen_to_do_is_sealed(tmp_path: Path) -> None:
    old, ng = "old/src/test/java/shelf/OldTest.java", "ng/src/test/java/shelf/NgTest.java"
    never = "old/src/test/java/shelf/NeverTest.java"
    results = run(tmp_path, {old: OLD, never: OLD.replace("OldTest", "NeverTest"), ng: NG}, old, ng)
    assert results.complaint == ""
    assert {test.id: test.outcome for test in results.tests} == {
        f"{old}::works": Outcome.PASSED,
        f"{old}::fails": Outcome.FAILED,
        f"{ng}::works": Outcome.PASSED,
        f"{ng}::expects": Outcome.PASSED,
    }
    assert (results.exit_code, results.sealed) == (1, True)


def pack(folder: Path, *reports: str, code: int = 1, printed: str = "", seen: str = "") -> Results:
    """What Gradle left and printed, and what the judge saw of it, as if they had been."""
    files = {
        "folder": "/workspace\n",
        "sources": "./src/main/java/a/Shelf.java\n./src/test/java/a/BTest.java\n",
        "names": "".join(f"./build/test-results/test/TEST-{number}.xml\n" for number in range(len(reports))),
        **{f"{number}.xml": text for number, text in enumerate(reports, 1)},
        "seen": seen,
    }
    ask = kits.asking(folder)
    told = "".join(f"{len(text)} {name}\n{text}" for name, text in files.items()).encode()
    ran = ExecResult(code=code, stdout=printed)
    return Gradle().read(Command([], []), ask, ran, kits.sealed(told, ask))


SEEN = "begun 2 a.BTest\nknown 1 0\npassed 1 a.BTest\n"


def test_what_a_test_raises_is_told_by_its_places(tmp_path: Path) -> None:
    results = pack(tmp_path, CASE, seen=SEEN)
    assert {test.id: test.outcome for test in results.tests} == {
        "src/test/java/a/BTest.java::raises()": Outcome.FAILED,
        "src/test/java/a/BTest.java::works()": Outcome.PASSED,
    }
    assert results.sealed
    raised = results.tests[0]
    assert (raised.error, raised.asserted) == ("NullPointerException", False)
    assert raised.frames == (
        Frame(file="src/test/java/a/BTest.java", line=9),
        Frame(file="src/main/java/a/Shelf.java", line=5),
    )


def test_where_no_jvm_said_that_it_was_there_the_report_is_the_tools_own(tmp_path: Path) -> None:
    results = pack(tmp_path, CASE)
    assert (results.complaint, results.sealed) == ("", False)


def test_a_report_without_a_seal_is_none(tmp_path: Path) -> None:
    report = f"{len(CASE)} 1.xml\n{CASE}".encode()
    results = Gradle().read(Command([], []), kits.asking(tmp_path), ExecResult(code=1), report)
    assert (results.complaint, results.tests) == ("the report is not one of ours", ())


def test_a_test_that_does_not_compile_is_an_error_of_its_file_and_a_project_that_does_not_is_a_complaint(
    tmp_path: Path,
) -> None:
    (test,) = pack(tmp_path, printed=UNCOMPILED).tests
    assert (test.id, test.outcome) == ("src/test/java/a/BTest.java", Outcome.ERROR)
    assert "cannot find symbol" in test.message
    results = pack(tmp_path, printed=UNCOMPILED.replace("src/test/java/a/BTest", "src/main/java/a/Shelf"))
    assert results.complaint.startswith("the project does not compile\n")


@pytest.mark.parametrize(
    "said",
    [
        "Could not complete execution for Gradle Test Executor 1.",
        "Process 'Gradle Test Executor 1' finished with non-zero exit value 3",
    ],
)
def test_a_test_that_ends_the_process_is_no_result(said: str, tmp_path: Path) -> None:
    results = pack(tmp_path, CASE, printed=f"* What went wrong:\n{said}\n")
    assert results.complaint == f"the tests ended their own process\n{said}"


def test_the_end_of_the_run_must_go_with_what_it_reported(tmp_path: Path) -> None:
    assert pack(tmp_path, CASE, code=0).complaint
    assert pack(tmp_path, code=1).complaint
    assert pack(tmp_path, code=0).complaint == ""


def test_each_module_is_asked_for_its_own_tests(tmp_path: Path) -> None:
    files = ("core/x/src/test/java/a/BTest.java", "src/test/kotlin/c/DTest.kt")
    wrapped = {"gradlew": "", "gradle/wrapper/gradle-wrapper.properties": ""}
    shown = Gradle().command(kits.tree_of(wrapped), kits.asking(tmp_path, *files)).shown
    assert shown == [
        *("sh", "gradlew", "--no-daemon", "--offline", "--continue"),
        *(":core:x:test", "--tests", "a.BTest", ":test", "--tests", "c.DTest"),
    ]
    assert Gradle().command(kits.tree_of({}), kits.asking(tmp_path)).shown[-1] == "test"


def test_a_runner_knows_what_steers_it() -> None:
    runner, tree = Gradle(), kits.tree_of({"build.gradle.kts": ""})
    assert runner.fits(Project(stack=Stack.JAVA), tree)
    steering = ["build.gradle.kts", "core/build.gradle", "gradle.properties", "buildSrc/src/main/java/A.java"]
    steering += ["gradle/libs.versions.toml", "gradlew", "src/main/kotlin/org/hamcrest/MatcherAssert.kt"]
    assert [
        path for path in [*steering, "src/main/java/A.java"] if runner.is_configuration(path, tree)
    ] == steering
