"""What is new with a fix is refused, whoever else has something to say of it; what is old never is."""

from __future__ import annotations

import pytest

from policies.patch import Patch
from tests.unit.workflows.diagnostics.checking import Checkers, harness
from tests.unit.workflows.diagnostics.trees import patch, tree
from workflows.proof.diagnostics.judging import A_WARNING, IN_THE_TEST, KEPT, NOT_RUN, NOT_THE_FIX
from workflows.proof.diagnostics.model import Diagnosed, State
from workflows.proof.green import NotGreen
from workflows.proof.mode import DiagnosticsMode
from workflows.proof.trials import try_diagnostics

OLD = "# bad: ruff F1 it is old\n# bad: mypy arg it is old\n"
BASE = {"ruff.toml": "", "mypy.ini": "", "src/a.py": OLD, "src/b.py": "# bad: mypy arg of another file\n"}
TEST = patch({"tests/test_new.py": "# bad: ruff S1 in the test\n"})


async def tried(
    fix: dict[str, str | None],
    *,
    base: dict[str, str] | None = None,
    test: Patch = TEST,
    ground: dict[str, str] | None = None,
    mode: DiagnosticsMode = DiagnosticsMode.REQUIRED,
    checkers: Checkers | None = None,
) -> Diagnosed | NotGreen:
    on = harness(BASE if base is None else base, checkers or Checkers())
    under = tree(ground) if ground is not None else None
    return await try_diagnostics(on, patch(fix), test, mode, ground=under)


async def seen(fix: dict[str, str | None], **how: object) -> Diagnosed:
    found = await tried(fix, **how)  # pyright: ignore[reportArgumentType] - as it is given
    assert isinstance(found, Diagnosed), found
    return found


async def refused(fix: dict[str, str | None], **how: object) -> str:
    found = await tried(fix, **how)  # pyright: ignore[reportArgumentType]
    assert isinstance(found, NotGreen), found
    return f"{found.reason}\n{found.feedback}"


async def test_what_was_said_before_is_not_new_wherever_it_moves_to() -> None:
    found = await seen({"src/a.py": f"x = 1\n\n\n{OLD}"})
    assert [one.excused for one in found.new] == [IN_THE_TEST]
    assert [(one.tool, one.state, one.version, one.source) for one in found.checkers] == [
        ("ruff", State.RAN, "1.2.3", "ruff.toml"),
        ("mypy", State.RAN, "1.2.3", "mypy.ini"),
    ]
    assert [(one.before, one.after) for one in found.checkers] == [(1, 2), (2, 2)]


async def test_something_new_is_refused_and_said_with_its_place() -> None:
    said = await refused({"src/a.py": f"{OLD}# bad: ruff F9 it is new\n"})
    assert said == (
        "the project's own checkers find something new: ruff\n"
        "With your change these are new. Mend what they say, and silence nothing:\n"
        "src/a.py:3: F9 it is new (ruff)"
    )


async def test_a_second_one_of_a_kind_is_new() -> None:
    assert "src/a.py:3: F1 it is old (ruff)" in await refused({"src/a.py": f"{OLD}{OLD.splitlines()[0]}\n"})


async def test_a_type_checker_may_find_it_in_a_file_that_nobody_changed() -> None:
    """Here it is a file that is taken away and comes back with another name: what it says of it is new."""
    said = await refused({"src/b.py": None, "src/c.py": "# bad: mypy arg of another file\n"})
    assert "src/c.py:1: arg of another file (mypy)" in said


async def test_what_is_in_the_test_is_told_and_held_against_nobody() -> None:
    found = await seen({"src/a.py": f"{OLD}x = 1\n"})
    (told,) = found.new
    assert (told.diagnostic.file, told.excused) == ("tests/test_new.py", IN_THE_TEST)


async def test_what_the_test_alone_brings_about_elsewhere_is_not_the_fix() -> None:
    """A type checker sees the whole project, the test as well."""
    test = patch({"tests/test_new.py": "x = 1\n", "tests/helper.py": "# crash: mypy\n"})
    found = await seen({"src/a.py": f"{OLD}x = 1\n"}, test=test)
    (told,) = found.new
    assert (told.diagnostic.tool, told.excused) == ("mypy", NOT_THE_FIX)
    assert found.checkers[1].state is State.BROKEN


async def test_what_people_added_to_a_branch_is_theirs() -> None:
    theirs = f"{OLD}# bad: ruff F7 of people\n# noqa\n"
    ground = {**BASE, "src/a.py": theirs, "ruff.toml": "line-length = 9\n"}
    whole: dict[str, str | None] = {"src/a.py": f"{theirs}x = 1\n", "ruff.toml": "line-length = 9\n"}
    found = await seen(whole, ground=ground, test=Patch())
    assert {one.excused for one in found.new} == {NOT_THE_FIX}
    assert [one.diagnostic.code for one in found.new] == ["F7", "suppression", "configuration"]
    said = await refused({**whole, "src/a.py": f"{theirs}# bad: ruff F8 of ours\n"}, ground=ground)
    assert "F8 of ours" in said
    assert "F7" not in said


# --- who cannot be asked --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "state"), [("missing", State.ABSENT), ("hang", State.LATE), ("crash", State.BROKEN)]
)
async def test_who_cannot_be_asked_on_the_base_is_said_and_blocks_nobody(how: str, state: State) -> None:
    base = {**BASE, "notes.txt": f"{how}: ruff\n"}
    found = await seen({"src/a.py": f"{OLD}# bad: ruff F9 new\n"}, base=base)
    assert [(one.tool, one.state) for one in found.checkers] == [("ruff", state), ("mypy", State.RAN)]
    assert found.checkers[0].said == ("it ended with 2: Error: it crashed" if how == "crash" else "")


async def test_who_takes_too_long_with_the_fix_is_said_to() -> None:
    found = await seen({"src/a.py": f"{OLD}# hang: ruff\n"})
    assert found.checkers[0].state is State.LATE


@pytest.mark.parametrize("how", ["crash", "missing"])
async def test_a_fix_that_a_checker_crashes_with_is_refused(how: str) -> None:
    said = await refused({"src/a.py": f"{OLD}# {how}: mypy\n"})
    assert "does-not-run it ran before your change, and does not with it: " in said


async def test_who_stumbles_once_is_asked_once_more() -> None:
    fix: dict[str, str | None] = {"src/a.py": f"{OLD}# stumble\n"}
    assert (await seen(fix, checkers=Checkers(stumbles=1))).checkers[0].state is State.RAN
    assert "it crashed" in await refused(fix, checkers=Checkers(stumbles=9))


async def test_a_linter_has_nothing_to_look_at_where_all_is_new() -> None:
    checkers = Checkers()
    found = await tried({"src/new.py": "# bad: ruff F9 new\n"}, checkers=checkers, test=Patch())
    assert isinstance(found, NotGreen)
    assert ("ruff", "src/new.py") in checkers.asked
    assert ("ruff",) not in checkers.asked


async def test_without_a_checker_no_sandbox_is_made() -> None:
    made = harness({"a.py": ""}, Checkers())
    made.sandboxes.create = _never  # pyright: ignore[reportAttributeAccessIssue] - the fake's
    found = await try_diagnostics(made, patch({"a.py": "x = 1\n"}), TEST, DiagnosticsMode.REQUIRED)
    assert isinstance(found, Diagnosed)
    assert found.checkers == ()


async def _never(spec: object) -> object:
    raise AssertionError(spec)


# --- silenced -------------------------------------------------------------------------------------------


async def test_a_new_word_of_silence_counts_as_what_it_hides() -> None:
    said = await refused({"src/a.py": f"{OLD}import os  # noqa: F401\n"})
    assert "src/a.py:3: suppression # noqa: F401 (ruff)" in said


async def test_where_nobody_obeys_it_nothing_is_hidden() -> None:
    found = await seen({"a.py": "import os  # noqa: F401\n"}, base={"a.py": ""}, test=Patch())
    assert [one.excused for one in found.new] == [NOT_RUN]


async def test_a_fix_does_not_say_what_is_looked_for() -> None:
    said = await refused({"src/a.py": f"{OLD}x = 1\n", "src/.ruff.toml": "select = []\n"})
    assert "src/.ruff.toml: configuration it says what ruff looks for, which a fix may not change" in said


# --- what may be read at all ----------------------------------------------------------------------------


async def test_what_only_a_compiler_knows_for_sure_is_told_as_a_warning() -> None:
    found = await seen({"a.rs": "fn f( {\n"}, base={"a.rs": "fn f() {}\n"}, test=Patch())
    (one,) = found.new
    assert (one.diagnostic.tool, one.diagnostic.file, one.excused) == ("syntax", "a.rs", A_WARNING)


async def test_what_was_no_better_before_is_not_new() -> None:
    found = await seen({"a.rs": "fn g( {\n"}, base={"a.rs": "fn f( {\n"}, test=Patch())
    assert found.new == ()


# --- how much counts ------------------------------------------------------------------------------------


async def test_advice_refuses_nothing() -> None:
    found = await seen({"src/a.py": f"{OLD}# bad: ruff F9 new\n"}, mode=DiagnosticsMode.ADVISORY)
    assert [one.code for one in found.counted] == ["F9"]


async def test_nothing_is_told_without_end_and_what_counts_comes_first() -> None:
    test = patch({"tests/test_new.py": "# bad: ruff S1 in the test\n" * 99})
    fix: dict[str, str | None] = {
        "src/a.py": OLD + "".join(f"# bad: ruff F{n} new {chr(n)}\n" for n in range(70, 80))
    }
    found = await seen(fix, test=test, mode=DiagnosticsMode.ADVISORY)
    assert len(found.new) == KEPT
    assert found.more == 109 - KEPT
    assert len(found.counted) == 10
    said = await refused(fix, test=test)
    assert said.endswith("… and 5 more")
