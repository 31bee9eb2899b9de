"""A command of the repository's own, and the reports that it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.workflows import kits
from workflows.project.config import PLACE
from workflows.project.model import Project, Text
from workflows.proof.results import Outcome, Results
from workflows.proof.runners.configured import Configured

SCRIPT = """mkdir -p "out/a b" out/deep/er
cat >"out/a b/one.xml" <<'END'
<testsuite><testcase classname="Shelf" name="full" file="shelf_test.c"/>
<testcase classname="Shelf" name="half" file="shelf_test.c">
<failure type="AssertionError" message="3 is not 2">why</failure></testcase>
</testsuite>
END
echo "<testsuite><testcase classname='Deep' name='${1:-all}'/></testsuite>" >out/deep/er/two.xml
echo "<testsuite><testcase classname='Other' name='no'/></testsuite>" >out/deep/er/two.xml.txt
exit "${2:-1}"
"""


def run(
    folder: Path,
    line: str = "sh test.sh",
    junit: str = "out/**/*.xml",
    *asked: str,
    more: Mapping[str, str] | None = None,
) -> Results:
    return kits.run(Configured(line, junit), folder, {"test.sh": SCRIPT, **(more or {})}, *asked)


def outcomes(results: Results) -> Mapping[str, Outcome]:
    assert results.complaint == ""
    return {test.id: test.outcome for test in results.tests}


def test_the_reports_that_the_command_leaves_are_its_results(tmp_path: Path) -> None:
    results = run(tmp_path)
    assert outcomes(results) == {
        "shelf_test.c::Shelf::full": Outcome.PASSED,
        "shelf_test.c::Shelf::half": Outcome.FAILED,
        "Deep::all": Outcome.PASSED,
    }
    half = results.by_id()["shelf_test.c::Shelf::half"]
    assert (half.message, half.error, half.asserted, half.detail) == (
        "3 is not 2",
        "AssertionError",
        True,
        "why",
    )
    assert (results.command, results.sealed) == (("sh", "-c", "sh test.sh"), False)


def test_only_what_its_pattern_names_counts(tmp_path: Path) -> None:
    results = run(tmp_path, "sh test.sh", "out/*/*.xml")
    assert [*outcomes(results)] == ["shelf_test.c::Shelf::full", "shelf_test.c::Shelf::half"]


def test_a_report_that_was_there_before_is_left_alone_and_not_read(tmp_path: Path) -> None:
    old = "<testsuite><testcase name='old'/></testsuite>"
    assert "old" not in outcomes(run(tmp_path, more={"out/old.xml": old}))
    assert (tmp_path / "work/out/old.xml").read_text() == old


def test_a_command_that_leaves_nothing_is_told_what_was_looked_for(tmp_path: Path) -> None:
    results = run(tmp_path, "echo its last words")
    assert results.complaint == "the test command left nothing that is called out/**/*.xml\nits last words"


@pytest.mark.parametrize("code", ["0", "137"])
def test_the_end_of_the_command_must_go_with_what_it_reported(code: str, tmp_path: Path) -> None:
    results = run(tmp_path, f"sh test.sh x {code}")
    assert results.complaint.startswith(
        f"the test run ended with {code}, which does not go with what it reported"
    )


def test_a_report_that_is_no_xml_is_a_complaint(tmp_path: Path) -> None:
    results = run(tmp_path, "mkdir out && echo '<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>' >out/x.xml")
    assert results.complaint.startswith("the report is not JUnit XML")


def test_the_files_that_are_asked_for_stand_where_the_command_has_a_place_for_them(tmp_path: Path) -> None:
    results = run(tmp_path, "sh test.sh {files} 1", "out/deep/**", "a test.c")
    assert results.command == ("sh", "-c", "sh test.sh 'a test.c' 1")
    command = Configured("run {files}", "x").command(kits.tree_of({}), kits.asking(tmp_path))
    assert command.shown == ["sh", "-c", "run"]


def test_it_fits_where_the_repository_says_where_its_report_is_and_not_where_that_is_only_usual() -> None:
    tree = kits.tree_of({})
    runner = Configured("make", "a.xml")
    test = Text(value="make", source=PLACE)
    assert runner.fits(Project(test=test, junit=Text(value="a.xml", source=PLACE)), tree)
    assert not runner.fits(Project(test=test, junit=Text(value="a.xml", source="what is usual")), tree)
    assert not runner.fits(Project(test=test), tree)


def test_a_runner_knows_tests_by_what_they_are_usually_called_and_its_scripts_steer_it() -> None:
    runner, tree = Configured("sh scripts/test.sh", "a.xml"), kits.tree_of({})
    collected = ["shelf_test.c", "test_shelf.lua", "a/ShelfTest.php", "shelf.spec.rb", "spec_helper.rb"]
    assert [
        path for path in [*collected, "shelf.c", "contest.c", "tests/data.json"] if runner.collects(path)
    ] == collected
    assert runner.is_test("tests/data.json")
    assert not runner.is_test("src/latest.c")
    steering = [PLACE, "scripts/test.sh", "Makefile", "lib/CMakeLists.txt"]
    assert [path for path in [*steering, "shelf.c"] if runner.is_configuration(path, tree)] == steering
