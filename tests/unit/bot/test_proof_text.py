"""A proof as people read it: each part where there is one, and nothing in it that does anything."""

from __future__ import annotations

import re

import pytest

from bot.messages.evidence import body, check
from bot.messages.seen import MOST_PLACES, MOST_TESTS
from tests.unit.workflows.proved import proof
from workflows.ports.ledger import Spent
from workflows.project.model import Lines, Project, Text
from workflows.proof.controls import Controls, DoomedSeen, HunkSeen, MutantSeen
from workflows.proof.diagnostics.model import Checked, Diagnosed, Diagnostic, Fresh, State
from workflows.proof.doomed import AT_ITS_END, LEFT_OUT
from workflows.proof.green import Unharmed
from workflows.proof.mode import DiagnosticsMode, WitnessMode
from workflows.proof.red import Red
from workflows.proof.statement import Proof
from workflows.proof.witness import WitnessSeen

DIGEST = "d" * 64


def shown(**said: object) -> str:
    return body(proof(**said), DIGEST)


def test_all_of_it_can_be_repeated_with_one_command() -> None:
    text = shown()
    assert f"git fetch origin && git checkout {'c' * 40}\npython -m pytest tests/test_new.py\n" in text
    assert f"\nredfirst prove --base {'b' * 40} \\\n  --head {'c' * 40}\n```" in text
    assert "`redfirst runs show r1 --proof > proof.json`" in text
    assert "redfirst prove --base" in check(proof())[1]


def test_what_somebody_put_right_in_a_comment_is_part_of_the_command() -> None:
    by = "a comment by @maintainer"
    project = Project(
        path=Text(value="api", source=by),
        setup=Lines(value=("make deps",), source=by),
        test=Text(value="pytest -q", source=by),
    )
    assert "--path api --setup 'make deps' --test 'pytest -q'\n```" in shown(project=project)
    detected = Project(test=Text(value="pytest -q", source="tox.ini"), setup=Lines(value=("x",)))
    assert "--test" not in shown(project=detected)


def test_a_project_in_a_folder_is_gone_into_first() -> None:
    text = shown(project=Project(path=Text(value="packages/my api", source="x")))
    assert f"git checkout {'c' * 40}\ncd 'packages/my api'\npython -m pytest" in text


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (
            WitnessSeen(mode=WitnessMode.ADVISORY, passed=True, tests=("secret::id",), runs=3),
            "A second test of the issue, by an author who saw neither this one nor the fix, "
            "passes 3 of 3 times.",
        ),
        (
            WitnessSeen(mode=WitnessMode.ADVISORY, passed=False, tests=("secret::id",), runs=3),
            "⚠️ A second test of the issue, by another author, fails with this fix.",
        ),
        (
            WitnessSeen(mode=WitnessMode.ADVISORY, note="flaky"),
            "No second, independent test of the issue could be written.",
        ),
    ],
    ids=["passes", "fails", "none"],
)
def test_what_the_witness_says_is_said(seen: WitnessSeen, said: str) -> None:
    assert said in shown(witness=seen)


def test_where_no_witness_was_asked_for_nothing_is_said_of_one() -> None:
    assert "second" not in shown()


HUNKS = (HunkSeen(at="a.py:1", proven=True), HunkSeen(at="b.py:2-3", proven=False))
MUTANTS = (
    MutantSeen(at="a.py:1", change="< → <=", killed=True),
    MutantSeen(at="a.py:2", change="+ → -", killed=False),
)


def test_what_is_not_proven_and_what_was_not_noticed_is_shown() -> None:
    text = shown(
        controls=Controls(reverted="1 failed", hunks=HUNKS, mutants=MUTANTS, left_out=("3: no time",))
    )
    assert "With the code of the fix taken back, it fails again." in text
    assert "With one place of it taken back at a time, it notices 1 of 2." in text
    assert "- ⚠️ `b.py:2-3` is not proven: no test notices without it" in text
    assert "Of 2 mutants, small mistakes put into the fix, it notices 1." in text
    assert "- not noticed: `a.py:2` `+ → -`" in text
    assert "< → <=" not in text
    assert "Not tried: 3: no time." in text


def test_one_place_is_not_counted() -> None:
    assert "one place of it" not in shown(controls=Controls(reverted="1 failed", hunks=HUNKS[:1]))


@pytest.mark.parametrize(
    ("how", "said"), [(AT_ITS_END, "with a failure of ours at its end"), (LEFT_OUT, "with the test left out")]
)
def test_of_results_that_are_not_sealed_it_is_said_what_was_tried_instead(how: str, said: str) -> None:
    doomed = DoomedSeen(how=how, told="1 failed, 3 passed")
    text = shown(controls=Controls(reverted="1 failed", doomed=doomed))
    assert f"it ran once more {said}, and did not tell that it passes: 1 failed, 3 passed." in text
    assert "once more" not in shown(controls=Controls(reverted="1 failed"))


def test_a_proof_of_an_earlier_release_has_no_controls_to_show() -> None:
    assert "What the test holds" not in shown(controls=None)
    assert check(proof(controls=None))[0] == "red 3 of 3, green 3 of 3"


def test_what_was_flaky_and_what_failed_before_is_said() -> None:
    suite = Unharmed(
        before="9 passed", after="9 passed", compared=9, failing_before=("x",), flaky=("t::a", "t::b")
    )
    text = shown(suite=suite)
    assert (
        "Of those that passed before, 9 compared one by one: all still pass but those that are flaky." in text
    )
    assert "Failing before already, and not counted: 1.\nFlaky, and not counted: `t::a`, `t::b`." in text


def test_what_means_nothing_is_named() -> None:
    red = Red(tests=("t",), files=("t.py",), assertion="assert 1 == 2", runs=3, placebos=("comments moved",))
    said = "It fails just so with comments moved: it tests what the code does, and not how it is written."
    assert said in shown(red=red)


def test_it_begins_with_all_of_it_in_a_line_and_what_is_to_be_looked_at_is_marked() -> None:
    first, _, second = shown(spent=Spent(turns=9, dollars=0.124)).partition("\n\n")
    assert first == "**red 3 of 3** · **green 3 of 3** · 1 other test still passes · $0.12"
    assert second.startswith("The test: `tests/test_new.py`. The fix: `shelf/pages.py`.\n\n### Red")
    marked = shown(
        controls=Controls(reverted="1 failed", hunks=HUNKS, mutants=MUTANTS),
        suite=Unharmed(before="9 passed", after="9 passed", compared=9, flaky=("t::a",)),
        witness=WitnessSeen(mode=WitnessMode.ADVISORY, passed=False, tests=("t",), runs=3),
        diagnostics=diagnosed(Fresh(diagnostic=Diagnostic(tool="ruff", file="a.py", message="unused"))),
        spent=Spent(turns=9, dollars=None),
    ).partition("\n")[0]
    assert marked.split(" · ")[2:] == [
        "9 other tests still pass",
        "⚠️ a second test fails",
        "⚠️ checkers say something new",
        "⚠️ 1 flaky",
        "⚠️ 1 of 2 places not proven",
        "1 of 2 mutants noticed",
        "cost not known",
    ]


def test_the_passing_test_is_named_as_the_failing_one_is() -> None:
    assert "3 of 3 runs pass, each in a fresh sandbox:\n- `tests/test_new.py::test_it`\n\n###" in shown()


def test_hints_for_whoever_sits_before_pytest_are_left_out() -> None:
    said = "assert [1] == [2]\n  \n  At index 0 diff: 1 != 2\n  Use -v to get more diff"
    red = Red(tests=("t",), files=("t.py",), assertion=said, runs=3)
    assert "```\nassert [1] == [2]\n  At index 0 diff: 1 != 2\n```" in shown(red=red)


def test_parts_stand_one_line_apart() -> None:
    assert "\n\n\n" not in shown()
    assert "\n\n\n" not in check(proof())[1]


def test_the_check_says_it_in_a_line() -> None:
    controls = Controls(reverted="1 failed", hunks=HUNKS, mutants=MUTANTS)
    title, summary = check(proof(controls=controls))
    assert title == "red 3 of 3, green 3 of 3, 1 of 2 mutants noticed"
    assert "assert 1 == 2" in summary
    assert "`b.py:2-3` is not proven" in summary


CHECKERS = (
    Checked(tool="ruff", version="0.17.5", state=State.RAN),
    Checked(tool="mypy", state=State.ABSENT),
    Checked(tool="tsc", state=State.LATE),
)


def diagnosed(*new: Fresh, more: int = 0) -> Diagnosed:
    return Diagnosed(mode=DiagnosticsMode.ADVISORY, checkers=CHECKERS, new=new, more=more)


def test_what_checkers_said_is_said_in_a_line_and_who_was_not_asked_in_another() -> None:
    text = shown(diagnostics=diagnosed())
    assert "\nThe project's own checkers say nothing new: `ruff 0.17.5`.\n" in text
    assert "Checkers of the project that could not be asked: `mypy` (not there), `tsc` (out of time)." in text
    assert "checkers" not in shown(diagnostics=Diagnosed(mode=DiagnosticsMode.REQUIRED))
    assert "say nothing new: `ruff 0.17.5`" in check(proof(diagnostics=diagnosed()))[1]


def test_what_is_new_is_named_and_why_it_does_not_count() -> None:
    one = Diagnostic(tool="ruff", file="a.py", line=3, code="F401", message="unused")
    text = shown(
        diagnostics=diagnosed(Fresh(diagnostic=one), Fresh(diagnostic=one, excused="it is so"), more=7)
    )
    assert "The project's own checkers ⚠️ have something new to say: `ruff 0.17.5`." in text
    assert "- `a.py:3: F401 unused (ruff)`\n- `a.py:3: F401 unused (ruff)`, not counted: it is so\n" in text
    assert "- and 7 more" in text


HOSTILE = "`x`\n\n![b](https://evil.example) @octo closes #1 <img src=x> | a\n```\n"


def hostile() -> Proof:
    seen = Controls(
        reverted="1 failed",
        hunks=(HunkSeen(at=HOSTILE, proven=False),) * 2,
        mutants=(MutantSeen(at=HOSTILE, change=HOSTILE, killed=False),),
    )
    red = Red(tests=(HOSTILE,), files=("t.py",), assertion=HOSTILE, runs=3)
    return proof(
        controls=seen,
        red=red,
        diagnostics=Diagnosed(
            mode=DiagnosticsMode.ADVISORY,
            checkers=(Checked(tool="ruff", version=HOSTILE, state=State.RAN),),
            new=(Fresh(diagnostic=Diagnostic(tool="ruff", file=HOSTILE, code=HOSTILE, message=HOSTILE)),),
        ),
        suite=Unharmed(before="1", after="1", compared=1, flaky=(HOSTILE,)),
    )


@pytest.mark.parametrize("text", [body(hostile(), DIGEST), check(hostile())[1]], ids=["body", "check"])
def test_no_name_of_a_test_or_place_does_anything(text: str) -> None:
    from tests.unit.bot.test_messages import live

    assert live(text) == []


def test_nothing_is_listed_without_end() -> None:
    many = tuple(f"t{number}" for number in range(99))
    seen = Controls(
        reverted="1 failed",
        hunks=tuple(HunkSeen(at=test, proven=False) for test in many),
        mutants=tuple(MutantSeen(at=test, change="a → b", killed=False) for test in many),
    )
    text = shown(
        red=Red(tests=many, files=("t.py",), assertion="a", runs=3),
        controls=seen,
        suite=Unharmed(before="1", after="1", compared=1, flaky=many),
    )
    assert f"- and {99 - MOST_TESTS} more" in text
    assert text.count("is not proven") == text.count("- not noticed") == MOST_PLACES
    assert text.count(f"- and {99 - MOST_PLACES} more") == 2
    (flaky,) = re.findall(r"^Flaky.*$", text, re.MULTILINE)
    assert flaky.count("`t") == MOST_TESTS
