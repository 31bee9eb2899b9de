"""Gradle by what it is known to say: there is none where these tests run.

What its reports share with Maven's is tested there, with real ones.
"""

from __future__ import annotations

from pathlib import Path

import pytest

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


def read(folder: Path, *reports: str, code: int = 1, printed: str = "") -> Results:
    files = {
        "folder": "/workspace\n",
        "sources": "./src/main/java/a/Shelf.java\n./src/test/java/a/BTest.java\n",
        "names": "".join(f"./build/test-results/test/TEST-{number}.xml\n" for number in range(len(reports))),
        **{f"{number}.xml": text for number, text in enumerate(reports, 1)},
    }
    report = "".join(f"{len(text)} {name}\n{text}" for name, text in files.items()).encode()
    return Gradle().read(Command([], []), kits.asking(folder), ExecResult(code=code, stdout=printed), report)


def test_what_a_test_raises_is_told_by_its_places(tmp_path: Path) -> None:
    results = read(tmp_path, CASE)
    assert {test.id: test.outcome for test in results.tests} == {
        "src/test/java/a/BTest.java::raises()": Outcome.FAILED,
        "src/test/java/a/BTest.java::works()": Outcome.PASSED,
    }
    # A worker tells Gradle what it likes, and the proof says so.
    assert not results.sealed
    raised = results.tests[0]
    assert (raised.error, raised.asserted) == ("NullPointerException", False)
    assert raised.frames == (
        Frame(file="src/test/java/a/BTest.java", line=9),
        Frame(file="src/main/java/a/Shelf.java", line=5),
    )


def test_a_test_that_does_not_compile_is_an_error_of_its_file_and_a_project_that_does_not_is_a_complaint(
    tmp_path: Path,
) -> None:
    (test,) = read(tmp_path, printed=UNCOMPILED).tests
    assert (test.id, test.outcome) == ("src/test/java/a/BTest.java", Outcome.ERROR)
    assert "cannot find symbol" in test.message
    results = read(tmp_path, printed=UNCOMPILED.replace("src/test/java/a/BTest", "src/main/java/a/Shelf"))
    assert results.complaint.startswith("the project does not compile\n")


@pytest.mark.parametrize(
    "said",
    [
        "Could not complete execution for Gradle Test Executor 1.",
        "Process 'Gradle Test Executor 1' finished with non-zero exit value 3",
    ],
)
def test_a_test_that_ends_the_process_is_no_result(said: str, tmp_path: Path) -> None:
    results = read(tmp_path, CASE, printed=f"* What went wrong:\n{said}\n")
    assert results.complaint == f"the tests ended their own process\n{said}"


def test_the_end_of_the_run_must_go_with_what_it_reported(tmp_path: Path) -> None:
    assert read(tmp_path, CASE, code=0).complaint
    assert read(tmp_path, code=1).complaint
    assert read(tmp_path, code=0).complaint == ""


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
