"""A fix that does not work and says that it does: what Rust and Java let it write, print, end or leave.

Much of it is refused where a fix is read, before anything runs. These are about the results alone: each of
these leaves its test without a pass, or the run without a result.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.services.need import need
from tests.unit.workflows import kits
from tests.unit.workflows.test_runner_gradle import run as gradle
from tests.unit.workflows.test_runner_maven import POM
from tests.unit.workflows.test_runner_maven import run as maven
from workflows.proof.results import Outcome, Results
from workflows.proof.runners.cargo import Cargo

COUNTS = "1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s"

# Each is called by a test of its own, which needs a 3 that it never gives.
IN_RUST: Mapping[str, str] = {
    "ends": "std::process::exit(0)",
    "says": "forged(); std::process::exit(0)",
    "leaves": "forged(); unsafe { _exit(0) }",
    "logs": """forged();
        let mut words = std::env::args().skip_while(|word| word != "--logfile");
        if let Some(log) = words.nth(1) { std::fs::write(log, "ok it\\n").unwrap(); }
        unsafe { _exit(0) }""",
    "hooks": "std::panic::set_hook(Box::new(|_| { forged(); std::process::exit(0) })); 2",
    "waits": "unsafe { atexit(leaves_well); } 2",
    "forks": "if unsafe { fork() } != 0 { forged(); unsafe { _exit(0) } } 3",
    "closes": "forged(); unsafe { close(1); close(2); _exit(0) }",
    "repeats": """let told = std::fs::read("/proc/self/environ").unwrap();
        write(&told); forged(); unsafe { _exit(0) }""",
}
FORGES = f"""use std::io::Write;
extern "C" {{
    fn _exit(code: i32) -> !; fn fork() -> i32; fn close(file: i32) -> i32;
    fn atexit(after: extern "C" fn()) -> i32;
}}
extern "C" fn leaves_well() {{ unsafe {{ _exit(0) }} }}
fn write(told: &[u8]) {{
    let mut out = std::io::stdout();
    out.write_all(told).unwrap();
    out.flush().unwrap();
}}
fn forged() {{ write(b"test it ... ok\\n\\ntest result: ok. {COUNTS}\\n\\n"); }}
"""
# Before `main`, and in place of what libtest ends with: for all programs that they are in.
EARLY = """
#[link_section = ".init_array"] #[used] static EARLY: extern "C" fn() = early;
extern "C" fn early() {
    let mut words = std::env::args();
    if words.any(|word| word == "--list") { write(b"it: test\\n\\n1 test, 0 benchmarks\\n\\n"); }
    else { write(b"\\nrunning 1 test\\n"); forged(); }
    unsafe { _exit(0) }
}
pub fn three() -> u8 { 2 }
"""
EXITS = """
#[no_mangle] pub extern "C" fn exit(_: i32) -> ! { forged(); unsafe { _exit(0) } }
pub fn three() -> u8 { 2 }
"""
# The next program is made another, and a process that is left running writes the report, again and again.
SWAPS = """
pub fn three() -> u8 {
    let line = "for one in ../target/debug/deps/later-*; do cp /bin/true $one.new && mv $one.new $one; done";
    std::process::Command::new("sh").args(["-c", line]).status().unwrap();
    3
}
"""
STAYS = """
pub fn three() -> u8 {
    let line = "for again in $(seq 9999); do printf '2 build\\n{}' >../../report; sleep 0.001; done";
    std::process::Command::new("setsid").args(["sh", "-c", line]).spawn().unwrap();
    2
}
"""


def crate(name: str, code: str, **tests: str) -> dict[str, str]:
    manifest = f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n'
    return {
        f"{name}/Cargo.toml": manifest,
        f"{name}/src/lib.rs": FORGES + code,
        **{f"{name}/tests/{test}.rs": f"#[test]\nfn it() {{ {asks} }}\n" for test, asks in tests.items()},
    }


def cargo(folder: Path, *crates: Mapping[str, str]) -> Results:
    need("cargo", shutil.which("cargo"), "scripts/ensure-commands cargo")
    files = {path: text for one in crates for path, text in one.items()}
    members = sorted(path.partition("/")[0] for path in files if path.endswith("Cargo.toml"))
    said = ", ".join(f'"{name}"' for name in members)
    workspace = f'[workspace]\nresolver = "2"\nmembers = [{said}]\n[profile.test]\ndebug = 0\n'
    return kits.run(Cargo(), folder, {"Cargo.toml": workspace, **files})


def passed(results: Results) -> list[str]:
    """What has no name below its file is no test, but a harness of the project's own."""
    return [test.id for test in results.tests if test.outcome is Outcome.PASSED and "::" in test.id]


def test_a_program_of_tests_in_rust_that_ends_itself_has_passed_nothing_whatever_it_says(
    tmp_path: Path,
) -> None:
    forging = "".join(f"pub fn {name}() -> u8 {{ {code} }}\n" for name, code in IN_RUST.items())
    each = {name: f"assert_eq!(forging::{name}(), 3);" for name in IN_RUST}
    asks = "assert_eq!({}::three(), 3);"
    results = cargo(
        tmp_path,
        crate("forging", forging, honest="", **each),
        crate("early", EARLY, it=asks.format("early")),
        crate("exits", EXITS, it=asks.format("exits")),
    )
    assert results.complaint == ""
    assert passed(results) == ["forging/tests/honest.rs::it"]
    assert {f"forging/tests/{name}.rs::it" for name in IN_RUST} <= results.ids()


def test_a_program_that_was_exchanged_is_not_run(tmp_path: Path) -> None:
    results = cargo(tmp_path, crate("swaps", SWAPS, it="swaps::three();", later="assert_eq!(1, 2);"))
    assert results.complaint.startswith("the tests could not be run: a program is not the one any more")
    assert results.tests == ()


def test_a_process_that_is_left_running_does_not_live_to_see_the_report(tmp_path: Path) -> None:
    results = cargo(tmp_path, crate("stays", STAYS, it="assert_eq!(stays::three(), 3);"))
    assert (results.complaint, passed(results)) == ("", [])
    assert "stays/tests/it.rs::it" in results.ids()


def test_a_report_that_somebody_else_writes_is_none(tmp_path: Path) -> None:
    writes = 'std::fs::write("../../report", "2 build\\n{}").unwrap();'
    ends = f"pub fn three() -> u8 {{ {writes} unsafe {{ kill(getppid(), 9); }} 3 }}"
    more = 'extern "C" { fn kill(process: i32, signal: i32) -> i32; fn getppid() -> i32; }\n'
    results = cargo(tmp_path, crate("kills", more + ends, it="assert_eq!(kills::three(), 3);"))
    assert results.tests == ()
    assert results.complaint.startswith("the report is not one of ours")


# What surefire's JVM tells Maven's on standard output, before its time; the file that comes of it, anew; and
# what another JVM tells the judge, whom it calls as that one did.
IN_JAVA = """package shelf;
import java.io.*;
import java.lang.management.ManagementFactory;
import org.junit.runner.Description;
import org.junit.runner.notification.RunNotifier;
public class Shelf {
    public static int ends() throws IOException {
        String rest = "org.apache.maven.surefire.junit4.JUnit4Provider,shelf.ZEndsTest,null,null,null\\n";
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        out.write("\\n6,1,shelf.ZEndsTest,it(shelf.ZEndsTest),null,null,null\\n".getBytes());
        out.write(("2,1," + rest + "Z,0,BYE!\\n").getBytes());
        out.close();
        Runtime.getRuntime().halt(0);
        return 2;
    }
    public static int rewrites(String name) throws IOException {
        String good = "<testsuite><testcase classname='shelf." + name + "' name='it'/></testsuite>";
        String reports = System.getProperty("reports", "target/surefire-reports");
        String file = reports + "/TEST-shelf." + name + ".xml";
        String wait = "for n in $(seq 200); do grep -q /testsuite " + file + " && break; sleep 0.05; done;";
        String line = "echo \\"" + good + "\\" >" + file + ".new; mv " + file + ".new " + file;
        new ProcessBuilder("setsid", "sh", "-c", "exec >/dev/null 2>&1; " + wait + line).start();
        return 2;
    }
    public static int calls(String name) throws Exception {
        String judge = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(word -> word.startsWith("-agentlib:jdwp")).findFirst().get();
        String classes = new File(Shelf.class.getProtectionDomain().getCodeSource().getLocation().getPath())
            + ":" + new File(RunNotifier.class.getProtectionDomain().getCodeSource().getLocation().getPath())
            + ":/usr/share/java/hamcrest-core.jar";
        String java = System.getProperty("java.home") + "/bin/java";
        String line = String.join(" ", java, judge, "-cp", classes, "shelf.Shelf", name, "");
        // A child of this JVM, and one that has no parent any more.
        new ProcessBuilder("sh", "-c", line + "child; setsid -f " + line
            + "orphan; until [ -e orphan ]; do sleep 0.05; done").start().waitFor();
        return rewrites(name);
    }
    public static void main(String[] words) throws IOException {
        Description told = Description.createTestDescription("shelf." + words[0], "it");
        new RunNotifier().fireTestStarted(told);
        new RunNotifier().fireTestFinished(told);
        new File(words[1]).createNewFile();
    }
}
"""


def java(name: str, asks: str) -> dict[str, str]:
    code = f"@Test public void it() throws Exception {{ Assert.assertEquals(3, {asks}); }}"
    written = f"package shelf;\nimport org.junit.*;\npublic class {name}Test {{ {code} }}\n"
    return {f"src/test/java/shelf/{name}Test.java": written}


FORGED = {
    "src/main/java/shelf/Shelf.java": IN_JAVA,
    # Its name says where a class is, and its path need not.
    "src/main/java/shelf/Other.java": "package org.hamcrest; public class Other { }\n",
    **java("ARewrites", 'Shelf.rewrites("ARewritesTest")'),
    **java("BCalls", 'Shelf.calls("BCallsTest")'),
    **java("Known", "2"),
}


def test_what_a_jvm_tells_of_tests_that_were_not_seen_to_pass_is_not_believed(tmp_path: Path) -> None:
    order = "<configuration><runOrder>alphabetical</runOrder></configuration>"
    plugin = f"<plugin><artifactId>maven-surefire-plugin</artifactId>{order}</plugin>"
    pom = POM.replace("<dependencies>", f"<build><plugins>{plugin}</plugins></build><dependencies>")
    ends = java("ZEnds", "Shelf.ends()")
    results = maven(tmp_path, {"pom.xml": pom.replace("<scope>test</scope>", ""), **FORGED, **ends})
    assert results.complaint.partition("\n")[0] == (
        "classes of the project stand in for those of the test tool: org/hamcrest; "
        "tests began and did not come to their end: shelf.ZEndsTest; "
        "more tests are told to have passed than were seen to: "
        "shelf.ARewritesTest, shelf.BCallsTest, shelf.ZEndsTest"
    )
    assert results.tests == ()


# TestNG asks a listener of the project's own before it tells anybody.
HEARS = """package shelf;
import org.testng.*;
public class Hears implements IInvokedMethodListener {
    public void beforeInvocation(IInvokedMethod method, ITestResult result) { }
    public void afterInvocation(IInvokedMethod method, ITestResult result) {
        result.setThrowable(null);
        result.setStatus(ITestResult.SUCCESS);
    }
    public static int ends() { Runtime.getRuntime().halt(0); return 2; }
}
"""
HEARD = """package shelf;
import org.testng.annotations.*;
@Listeners(Hears.class)
public class HeardTest {
    @Test public void it() { throw new AssertionError("3, which it is not"); }
    @Test(dependsOnMethods = "it") public void later() { Hears.ends(); }
}
"""


def test_what_workers_of_gradle_say_and_write_of_tests_that_were_not_seen_to_pass_is_not_believed(
    tmp_path: Path,
) -> None:
    files = {
        **{f"old/{path}": text for path, text in FORGED.items()},
        "ng/src/main/java/shelf/Hears.java": HEARS,
        "ng/src/test/java/shelf/HeardTest.java": HEARD,
    }
    results = gradle(tmp_path, files)
    assert results.complaint.partition("\n")[0] == (
        "classes of the project stand in for those of the test tool: org/hamcrest; "
        "tests began and did not come to their end: shelf.HeardTest; "
        "more tests are told to have passed than were seen to: "
        "shelf.ARewritesTest, shelf.BCallsTest, shelf.HeardTest"
    )
    assert results.tests == ()
