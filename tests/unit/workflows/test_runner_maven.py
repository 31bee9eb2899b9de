"""Maven with real tests: what it says of them, and what it says when they do not come to an end."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.services.need import need
from tests.unit.workflows import kits
from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack
from workflows.proof.results import Frame, Outcome, Results
from workflows.proof.runners import java, maven
from workflows.proof.runners.maven import Maven
from workflows.proof.runners.port import Command

DEBIAN = Path("/usr/share/maven-repo")
SUREFIRE = DEBIAN / "org/apache/maven/plugins/maven-surefire-plugin"

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>org.example</groupId><artifactId>shelf</artifactId><version>1</version>
<properties><maven.compiler.source>11</maven.compiler.source><maven.compiler.target>11</maven.compiler.target>
<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
<dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version>
<scope>test</scope></dependency></dependencies></project>
"""

SHELF = """package shelf;
public class Shelf {
    public static int pages(int books, int each) { return books / each; }
    public static String title(String title) {
        return title.trim();
    }
}
"""

TEST = """package shelf;
import static org.junit.Assert.*;
import org.junit.*;
public class ShelfTest {
    @Test public void aFullPage() { assertEquals(2, Shelf.pages(4, 2)); }
    @Test public void halfAPage() {
        assertEquals("half a page", 3, Shelf.pages(5, 2));
    }
    @Test public void noTitle() {
        Shelf.title(null);
    }
    @Test(timeout = 50) public void slow() throws Exception { while (true) { Thread.sleep(10); } }
    @Ignore("later") @Test public void later() { }
    public static class Inner {
    }
}
"""

SETS_UP = """package shelf;
import org.junit.*;
public class SetsUpTest {
    @Before public void setUp() { Shelf.title(null); }
    @Test public void neverAsked() { }
}
"""

ENDS = """package shelf;
import org.junit.*;
public class EndsTest {
    @Test public void ends() { System.exit(0); }
}
"""

BASE = {"pom.xml": POM, "src/main/java/shelf/Shelf.java": SHELF}
SHELF_TEST = "src/test/java/shelf/ShelfTest.java"
SETS_UP_TEST = "src/test/java/shelf/SetsUpTest.java"


# It starts more quickly so, and waits for nothing else.
JVM = f"-Dmaven.repo.local={DEBIAN} -Xshare:auto -XX:TieredStopAtLevel=1"


def run(folder: Path, files: Mapping[str, str], *asked: str, seed: int = 0) -> Results:
    need("mvn", shutil.which("mvn"), "scripts/ensure-commands mvn")
    packages = "libsurefire-java, libmaven-compiler-plugin-java, libmaven-resources-plugin-java, junit4"
    need("surefire", SUREFIRE.is_dir(), f"install {packages}")
    return kits.run(Maven(), folder, files, *asked, seed=seed, env={"MAVEN_OPTS": JVM})


def outcomes(results: Results) -> Mapping[str, Outcome]:
    assert results.complaint == ""
    return {test.id.removeprefix("src/test/java/shelf/"): test.outcome for test in results.tests}


def test_what_fails_is_told_from_what_does_not_come_to_its_question_and_nothing_else_runs_or_counts(
    tmp_path: Path,
) -> None:
    old = '<testsuite><testcase classname="shelf.OldTest" name="old"/></testsuite>'
    files = {
        **BASE,
        SHELF_TEST: TEST,
        SETS_UP_TEST: SETS_UP,
        "src/test/java/shelf/EndsTest.java": ENDS,
        "target/surefire-reports/TEST-shelf.OldTest.xml": old,
    }
    results = run(tmp_path, files, SHELF_TEST, SETS_UP_TEST, seed=1)
    assert outcomes(results) == {
        "ShelfTest.java::aFullPage": Outcome.PASSED,
        "ShelfTest.java::halfAPage": Outcome.FAILED,
        "ShelfTest.java::noTitle": Outcome.FAILED,
        "ShelfTest.java::slow": Outcome.ERROR,
        "ShelfTest.java::later": Outcome.SKIPPED,
        "SetsUpTest.java::neverAsked": Outcome.ERROR,
    }
    tests = results.by_id()
    failed = tests[f"{SHELF_TEST}::halfAPage"]
    assert (failed.error, failed.asserted, failed.file) == ("AssertionError", True, SHELF_TEST)
    assert failed.message == "half a page expected:<3> but was:<2>"
    assert failed.frames == (Frame(file=SHELF_TEST, line=7),)
    raised = tests[f"{SHELF_TEST}::noTitle"]
    assert (raised.error, raised.asserted) == ("NullPointerException", False)
    assert raised.frames == (
        Frame(file=SHELF_TEST, line=10),
        Frame(file="src/main/java/shelf/Shelf.java", line=5),
    )
    assert (results.exit_code, results.sealed) == (1, True)


NG = """package shelf;
import org.testng.*;
import org.testng.annotations.*;
public class NgTest {
    @Test public void aFullPage() { Assert.assertEquals(Shelf.pages(4, 2), 2); }
    @Test public void halfAPage() { Assert.assertEquals(Shelf.pages(5, 2), 3); }
    @Test(dependsOnMethods = "halfAPage") public void never() { }
    @Test(expectedExceptions = NullPointerException.class) public void noTitle() { Shelf.title(null); }
    @Test(expectedExceptions = NullPointerException.class) public void aTitle() { Shelf.title(""); }
    @Test(timeOut = 5000) public void soon() { }
    @Test(timeOut = 50) public void late() throws Exception { Thread.sleep(5000); }
    @DataProvider public Object[][] many() { return new Object[][] {{2, 1}, {6, 3}}; }
    @Test(dataProvider = "many") public void each(int books, int each) {
        Assert.assertEquals(Shelf.pages(books, each), 2);
    }
}
"""
OLD = """package shelf;
import org.junit.*;
public class OldTest {
    @Test public void aFullPage() { Assert.assertEquals(2, Shelf.pages(4, 2)); }
    @Test public void halfAPage() { Assert.assertEquals(3, Shelf.pages(5, 2)); }
}
"""
TESTNG = "<groupId>org.testng</groupId><artifactId>testng</artifactId><version>debian</version>"
WITH_TESTNG = POM.replace("<dependencies>", f"<dependencies><dependency>{TESTNG}</dependency>")


def test_tests_of_testng_are_sealed_and_so_are_those_of_junit_that_it_runs(tmp_path: Path) -> None:
    need("TestNG", (DEBIAN / "org/testng").is_dir(), "install testng")
    files = {**BASE, "pom.xml": WITH_TESTNG}
    for name, text in {"NgTest": NG, "OldTest": OLD}.items():
        files[f"src/test/java/shelf/{name}.java"] = text
    results = run(tmp_path, files)
    assert outcomes(results) == {
        "NgTest.java::aFullPage": Outcome.PASSED,
        "NgTest.java::halfAPage": Outcome.FAILED,
        "NgTest.java::never": Outcome.SKIPPED,
        "NgTest.java::noTitle": Outcome.PASSED,
        "NgTest.java::aTitle": Outcome.FAILED,
        "NgTest.java::soon": Outcome.PASSED,
        "NgTest.java::late": Outcome.ERROR,
        "NgTest.java::each": Outcome.PASSED,
        "NgTest.java::each #2": Outcome.PASSED,
        "OldTest.java::aFullPage on aFullPage(shelf.OldTest)": Outcome.PASSED,
        "OldTest.java::halfAPage on halfAPage(shelf.OldTest)": Outcome.FAILED,
    }
    assert results.by_id()["src/test/java/shelf/NgTest.java::aTitle"].asserted
    assert results.sealed


def test_a_test_that_ends_the_process_is_no_result(tmp_path: Path) -> None:
    results = run(tmp_path, {**BASE, SHELF_TEST: TEST, "src/test/java/shelf/EndsTest.java": ENDS})
    assert results.complaint.startswith("the tests ended their own process\n")
    assert "forked VM terminated" in results.complaint
    assert results.tests == ()


def test_a_test_that_does_not_compile_is_an_error_of_its_file(tmp_path: Path) -> None:
    results = run(
        tmp_path, {**BASE, SHELF_TEST: TEST.replace("Shelf.pages(4, 2)", "Shelf.sheets(4)")}, SHELF_TEST
    )
    assert outcomes(results) == {"ShelfTest.java": Outcome.ERROR}
    (test,) = results.tests
    assert "cannot find symbol" in test.detail
    assert str(tmp_path) not in test.detail


def test_a_project_that_does_not_compile_has_no_results(tmp_path: Path) -> None:
    results = run(
        tmp_path, {**BASE, "src/main/java/shelf/Shelf.java": "package shelf; class Shelf { int x = y; }"}
    )
    assert results.complaint.startswith("the project does not compile\n")
    assert "cannot find symbol" in results.complaint


def test_what_runs_is_the_class_of_each_file_in_its_module_in_an_order_of_the_seeds(tmp_path: Path) -> None:
    files = ("core/src/test/java/a/BTest.java", "web/src/test/kotlin/c/DTest.kt")
    wrapped = {"mvnw": "", ".mvn/wrapper/maven-wrapper.properties": "", "pom.xml": ""}
    shown = Maven(("-Pfast",)).command(kits.tree_of(wrapped), kits.asking(tmp_path, *files, seed=2)).shown
    assert shown[:5] == ["sh", "mvnw", "-B", "-o", "-fae"]
    assert {"-Pfast", "core,web", "-Dtest=a.BTest,c.DTest", "-Dsurefire.runOrder.random.seed=2"} <= {*shown}
    assert Maven().command(kits.tree_of({}), kits.asking(tmp_path)).shown == [
        "mvn",
        "-B",
        "-o",
        "-fae",
        "test",
    ]


@pytest.mark.parametrize(
    ("name", "classname", "trace", "identity", "outcome"),
    [
        ("odd(int)[1]", "a.BTest", "at a.BTest.odd(BTest.java:4)", "BTest.java::odd(int)[1]", Outcome.FAILED),
        (
            "inner",
            "a.BTest$Deep",
            "at a.BTest$Deep.inner(BTest.java:4)",
            "BTest.java::Deep::inner",
            Outcome.FAILED,
        ),
        (
            "lazy",
            "a.BTest",
            "at app//a.BTest.lambda$lazy$0(BTest.java:4)",
            "BTest.java::lazy",
            Outcome.FAILED,
        ),
        ("asked", "a.BTest", "at a.BTest.setUp(BTest.java:4)", "BTest.java::asked", Outcome.ERROR),
        ("", "a.BTest", "at a.BTest.asked(BTest.java:4)", "BTest.java", Outcome.ERROR),
        ("initializationError", "a.BTest", "", "BTest.java::initializationError", Outcome.ERROR),
        ("elsewhere", "a.BTest", "at a.Shelf.run(Shelf.java:3)", "BTest.java::elsewhere", Outcome.FAILED),
    ],
)
def test_what_was_raised_on_the_way_to_a_test_is_no_answer_of_it(
    name: str, classname: str, trace: str, identity: str, outcome: Outcome
) -> None:
    error = f'<error type="x.Y$BadShelf">x.Y$BadShelf: no\n\t{trace}\n</error>'
    case = f'<testcase name="{name}" classname="{classname}">{error}'
    files = {
        "sources": b"./src/test/java/a/BTest.java\n./src/main/java/a/Shelf.java\n",
        "1.xml": f"<testsuite>{case}</testcase></testsuite>".encode(),
    }
    (test,) = java.read(files, ["1.xml"])
    assert (test.id, test.outcome, test.error) == (f"src/test/java/a/{identity}", outcome, "BadShelf")


NAMED = b"./target/surefire-reports/TEST-a.BTest.xml\n"
TWO = (
    b'<testsuite><testcase name="b" classname="a.BTest"/><testcase name="c" classname="a.BTest"/></testsuite>'
)


def pack(**files: bytes) -> bytes:
    return b"".join(b"%d %s\n%s" % (len(text), name.encode(), text) for name, text in files.items())


def watched(folder: Path, seen: bytes, sources: bytes = b"", *, code: int = 0) -> Results:
    """A report of two tests that passed, and what the judge saw of the JVM that they ran in."""
    ask = kits.asking(folder)
    told = pack(folder=b"/w", names=NAMED, sources=sources, **{"1.xml": TWO}, seen=seen)
    return Maven().read(Command([], []), ask, ExecResult(code=code), kits.sealed(told, ask))


def test_what_was_seen_to_pass_is_sealed(tmp_path: Path) -> None:
    results = watched(tmp_path, b"begun 3 a.BTest\nknown 1 0\npassed 2 a.BTest\n")
    assert (results.complaint, len(results.tests), results.sealed) == ("", 2, True)


def test_where_nothing_that_the_judge_understands_runs_the_report_is_the_tools_own(tmp_path: Path) -> None:
    results = watched(tmp_path, b"unknown 1 0\n")
    assert (results.complaint, len(results.tests), results.sealed) == ("", 2, False)


OTHERS = b"begun 9 a.COther\nknown 1 0\npassed 9 a.COther\n"


@pytest.mark.parametrize(
    ("seen", "complaint"),
    [
        (b"begun 2 a.BTest\nknown 1 0\npassed 1 a.BTest\n", "more tests are told to have passed"),
        (b"known 1 0\n", "more tests are told to have passed than were seen to: a.BTest"),
        (OTHERS + b"begun 1 a.BTest\npassed 1 a.BTest\n", "more tests are told to have passed"),
        (b"known 1 0\npassed 2 a.BTest\npending 1 a.BTest\n", "tests began and did not come to their end"),
        (b"known 1 0\npassed 2 a.BTest\nshadow 1 org/junit\n", "classes of the project stand in for those"),
        (b"unknown 1 0\nshadow 1 org/junit\n", "classes of the project stand in for those"),
        (b"passed many a.BTest\n", "the report is not one of ours"),
    ],
)
def test_a_report_that_says_more_than_was_seen_is_none(seen: bytes, complaint: str, tmp_path: Path) -> None:
    results = watched(tmp_path, seen)
    assert results.complaint.startswith(complaint)
    assert results.tests == ()


def test_a_project_that_is_itself_of_a_test_tool_may_have_its_packages(tmp_path: Path) -> None:
    seen = b"begun 2 a.BTest\nknown 1 0\npassed 2 a.BTest\nshadow 1 org/junit\n"
    assert watched(tmp_path, seen, b"./src/main/java/org/junit/Assert.java\n").sealed


def test_a_seal_that_another_wrote_is_none(tmp_path: Path) -> None:
    told = kits.sealed(pack(folder=b"/w", names=NAMED, **{"1.xml": TWO}), kits.asking(tmp_path))
    results = Maven().read(Command([], []), kits.asking(tmp_path), ExecResult(code=0), told)
    assert results.complaint.startswith("somebody else wrote in the report: its seal is broken")


def test_the_end_of_the_run_must_go_with_what_it_reported(tmp_path: Path) -> None:
    ask = kits.asking(tmp_path)
    report = kits.sealed(pack(folder=b"/w", names=b"", seen=b""), ask)
    for code, complaint in ((1, True), (0, False), (137, True), (None, True)):
        results = Maven().read(Command([], []), ask, ExecResult(code=code), report)
        assert bool(results.complaint) == complaint


def test_without_a_jdk_to_watch_with_the_report_is_the_tools_own_and_nobody_else_can_say_so(
    tmp_path: Path,
) -> None:
    """What is run stands for Maven, and what would build the judge is not there."""
    ask = kits.asking(tmp_path)
    command = Maven().command(kits.tree_of({}), ask)
    for name, content in Maven().kit().items():
        (tmp_path / "kit").mkdir(exist_ok=True)
        (tmp_path / "kit" / name).write_bytes(content)
    written = f"mkdir -p target/surefire-reports && echo '{TWO.decode()}' >target/surefire-reports/TEST-a.xml"
    argv = [*command.argv[:5], "sh", "-c", written]
    env = {"PATH": os.environ["PATH"], "JAVA_HOME": "/nowhere"}
    subprocess.run(argv, cwd=tmp_path, env=env, input=command.stdin, timeout=60, check=True)
    report = (tmp_path / "report").read_bytes()
    results = Maven().read(command, ask, ExecResult(code=0), report)
    assert (results.complaint, len(results.tests), results.sealed) == ("", 2, False)
    another = kits.asking(tmp_path)
    for forged in (report, report[72:]):
        results = Maven().read(command, another, ExecResult(code=0), forged)
        assert (results.complaint, results.tests) == ("the report is not one of ours", ())


def test_a_runner_knows_where_tests_live_and_what_steers_them() -> None:
    runner, tree = Maven(), kits.tree_of(BASE)
    assert runner.fits(Project(stack=Stack.JAVA), tree)
    assert not runner.fits(Project(stack=Stack.JAVA), kits.tree_of({"build.gradle": ""}))
    collected = [SHELF_TEST, "core/src/test/kotlin/a/TestShelf.kt", "src/test/java/ShelfTests.java"]
    assert [
        path
        for path in [*collected, "src/test/java/Shelves.java", "src/main/java/ATest.java"]
        if runner.collects(path)
    ] == collected
    tests = [
        SHELF_TEST,
        "src/test/resources/shelf.json",
        "src/integrationTest/java/A.java",
        "core/src/it/A.java",
    ]
    assert [path for path in [*tests, "src/main/java/test/A.java"] if runner.is_test(path)] == tests
    listens = "src/test/resources/META-INF/services/org.junit.platform.launcher.TestExecutionListener"
    steering = [
        "pom.xml",
        "core/pom.xml",
        ".mvn/jvm.config",
        ".mvn/maven.config",
        ".mvn/extensions.xml",
        "src/main/java/org/junit/Assert.java",
        "core/src/main/kotlin/org/junit/runner/notification/RunNotifier.kt",
        "src/test/resources/junit-platform.properties",
        "src/test/resources/testng-fast.xml",
        listens,
    ]
    plain = [SHELF_TEST, "src/main/java/shelf/junit/Page.java"]
    assert [path for path in [*steering, *plain] if runner.is_configuration(path, tree)] == steering
    # Where that is what the project is about, its own packages are its own to fix.
    of_junit = kits.tree_of({"src/main/java/org/junit/Test.java": ""})
    assert not runner.is_configuration("src/main/java/org/junit/Assert.java", of_junit)


def test_what_the_projects_command_says_of_its_profiles_is_kept_and_no_choice_of_tests() -> None:
    assert maven.options(["mvn", "-Pfast", "-Da=b", "-Dtest=None", "-DskipTests", "-B", "test"]) == (
        "-Pfast",
        "-Da=b",
    )
