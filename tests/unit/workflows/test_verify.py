"""Verifying: a proof is run again, and agrees or says where not; nothing is looked at beyond that."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pytest

from policies.patch import FileChange, Patch
from tests.unit.fakes import running
from tests.unit.workflows.diagnostics.checking import Checkers
from tests.unit.workflows.diagnostics.checking import checked as with_checkers
from tests.unit.workflows.proved import THE_FIX, base, proof
from tests.unit.workflows.scene import BUG, EASY, FILES, FIXED, NEW, OLD, RED, honest
from tests.unit.workflows.test_witness import ID, PATH, TEST, judge, right
from workflows.ports.sandbox import SandboxFacts
from workflows.proof.controls import Controls, HunkSeen
from workflows.proof.diagnostics.model import Checked, Diagnosed, Diagnostic, Fresh, State
from workflows.proof.harness import Harness
from workflows.proof.mode import DiagnosticsMode, WitnessMode
from workflows.proof.red import Red
from workflows.proof.statement import Proof, witness_of
from workflows.proof.verify import Check, sandbox, verify
from workflows.proof.witness import WitnessSeen


async def checked(of: Proof, on: Harness | None = None) -> list[Check]:
    return [check async for check in verify(on or base(), of)]


def patched(path: str, content: str) -> Patch:
    return Patch(changes=(FileChange(path=path, content=content),))


async def test_what_is_so_agrees_in_all() -> None:
    checks = await checked(proof())
    names = ["patches", "sandbox", "base", "red", "green", "suite", "controls"]
    assert [check.name for check in checks] == names
    assert all(check.agrees for check in checks), checks


def facts(**said: str) -> SandboxFacts:
    return SandboxFacts.model_validate({"kind": "docker", "image": ONE, "network": "none", **said})


ONE, OTHER = "ghcr.io/acme/api@sha256:1", "ghcr.io/acme/api@sha256:2"
ELSEWHERE = "mirror.corp/api@sha256:1"


@pytest.mark.parametrize(
    ("now", "said", "is_same_image"),
    [
        (facts(), f"the same: docker, {ONE}", True),
        (facts(image=f"{ONE} with environment sha256:9"), f"the same: docker, {ONE}", True),
        (facts(image=OTHER), f"image: {ONE} there, {OTHER} here", False),
        (facts(image=ELSEWHERE), f"image: {ONE} there, {ELSEWHERE} here", True),
        (facts(image="api:latest"), f"image: {ONE} there, api:latest here", False),
        (facts(kind="process", runtime="bubblewrap"), "runtime: none there, bubblewrap here", True),
    ],
    ids=["same", "set up", "other", "other registry", "no digest", "other kind"],
)
def test_another_sandbox_is_a_note_and_another_image_is_refused_where_somebody_insists(
    now: SandboxFacts, said: str, *, is_same_image: bool
) -> None:
    noted = sandbox(facts(), now, same_image=False)
    assert noted.agrees
    assert noted.is_note is not said.startswith("the same")
    assert said in noted.said
    assert sandbox(facts(), now, same_image=True).agrees is is_same_image


@pytest.mark.parametrize("digest", ["test_digest", "fix_digest"])
async def test_a_patch_that_is_not_what_its_digest_says_is_not_even_run(digest: str) -> None:
    on = base()
    (check,) = await checked(proof(**{digest: "0" * 64}), on)
    assert (check.name, check.agrees, check.said) == ("patches", False, "not what the digests say")


def test_a_patch_of_another_content_has_another_digest() -> None:
    assert proof(fix=patched("shelf/pages.py", BUG)).fix_digest != proof().fix_digest


@pytest.mark.parametrize(
    ("other", "name", "said"),
    [
        (
            proof(test=patched("tests/test_new.py", EASY)),
            "red",
            "passes on the unfixed",
        ),
        (proof(test=patched("shelf/more.py", "x")), "red", "the test may not be written there"),
        (
            proof(red=Red(tests=("t::other",), files=("tests/test_new.py",), assertion="")),
            "red",
            "other tests fail",
        ),
        (proof(fix=patched("shelf/pages.py", BUG)), "green", "there is no fix"),
        (proof(fix=patched("shelf/pages.py", BUG.replace("10", "9"))), "green", "the repro test still fails"),
        (proof(fix=patched("tests/test_old.py", "x")), "green", "the fix may not do that"),
        (
            proof(controls=Controls(reverted="", hunks=(HunkSeen(at="shelf/pages.py:9", proven=True),))),
            "controls",
            "other places of the fix are proven",
        ),
    ],
    ids=["passes", "no test", "other tests", "no fix", "misses", "cheats", "other places"],
)
async def test_it_ends_with_the_first_that_does_not_agree(other: Proof, name: str, said: str) -> None:
    *before, last = await checked(other)
    assert all(check.agrees for check in before)
    assert (last.name, last.agrees) == (name, False)
    assert said in last.said


async def test_a_base_whose_tests_do_not_run_is_told_with_why() -> None:
    on = base()
    broken = running(honest)
    broken.on_exec(lambda argv, files, stdin, env: None if argv[0] == "tar" else _nothing())
    last = (await checked(proof(), dataclasses.replace(on, sandboxes=broken)))[-1]
    assert (last.name, last.agrees) == ("base", False)
    assert last.said.startswith("the test run left no report")


def _nothing():
    from workflows.ports.sandbox import ExecResult

    return ExecResult(code=4, stderr="usage")


async def test_a_fix_that_breaks_something_by_now_differs_at_the_suite() -> None:
    def fragile(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        said = honest(files, wanted)
        fixed = not wanted and "-(-n" in files["shelf/pages.py"]
        return {**said, OLD: RED} if fixed else said

    last = (await checked(proof(), dataclasses.replace(base(), sandboxes=running(fragile))))[-1]
    assert (last.name, last.agrees) == ("suite", False)
    assert last.said.startswith("other tests fail now: ")


async def test_a_test_that_does_not_miss_the_fix_differs_at_the_controls() -> None:
    """It fails on the base alone, and no more where anything at all has been changed."""

    def sees(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        return {**honest(files, wanted), **({NEW: "passed"} if "notes.md" in files else {})}

    words = Patch(changes=(*THE_FIX.changes, FileChange(path="notes.md", content="Rounds up.\n")))
    on = dataclasses.replace(base(FILES), sandboxes=running(sees))
    last = (await checked(proof(fix=words), on))[-1]
    assert (last.name, last.agrees) == ("controls", False)
    assert last.said.startswith("the repro test does not fail without the fix")


async def test_what_people_put_beside_the_test_is_there_again() -> None:
    def needs(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        said = honest(files, wanted)
        return said if "tests/helper.py" in files or NEW not in said else {**said, NEW: RED}

    on = dataclasses.replace(base(), sandboxes=running(needs))
    beside = patched("tests/helper.py", "x")
    assert not all(check.agrees for check in await checked(proof(), on))
    assert all(check.agrees for check in await checked(proof(beside=beside), on))


# --- its witness ----------------------------------------------------------------------------------------


def witnessed(*, passed: bool | None = True) -> Proof:
    seen = WitnessSeen(
        mode=WitnessMode.ADVISORY, passed=passed, tests=() if passed is None else (ID,), runs=3
    )
    return proof(witness=seen, witness_test=Patch() if passed is None else patched(PATH, TEST))


@pytest.mark.parametrize(("passed", "passes"), [(True, True), (False, False), (True, False), (False, True)])
async def test_the_witness_is_asked_again(passed: bool, passes: bool) -> None:
    on = dataclasses.replace(base(), sandboxes=running(right if passes else judge))
    (check,) = [check for check in await checked(witnessed(passed=passed), on) if check.name == "witness"]
    assert check.agrees is (passed is passes)
    assert check.said == ("it passes" if passes else "it fails")


async def test_where_there_was_none_it_is_not_missed() -> None:
    assert "witness" not in [check.name for check in await checked(witnessed(passed=None))]
    assert witness_of(proof()) is None


# --- its checkers ---------------------------------------------------------------------------------------

RUFF = {**FILES, "ruff.toml": ""}
LINT = "# bad: ruff F9 new\n"
NEWLY = Diagnostic(tool="ruff", file="shelf/pages.py", line=3, code="F9", message="new")


def linted(*new: Fresh, ran: str = "ruff") -> Diagnosed:
    checkers = (Checked(tool=ran, state=State.RAN),)
    return Diagnosed(mode=DiagnosticsMode.REQUIRED, checkers=checkers, new=new)


@pytest.mark.parametrize(
    ("seen", "fix", "agrees", "said"),
    [
        (linted(), THE_FIX, True, "ruff: ran"),
        (
            linted(),
            patched("shelf/pages.py", FIXED + LINT),
            False,
            "new, and not told there: shelf/pages.py:",
        ),
        (linted(Fresh(diagnostic=NEWLY)), patched("shelf/pages.py", FIXED + LINT), True, "ruff: ran"),
        (linted(ran="mypy"), THE_FIX, False, "what ran then does not here: mypy"),
    ],
    ids=["clean", "worse", "told", "gone"],
)
async def test_checkers_are_asked_again(seen: Diagnosed, fix: Patch, agrees: bool, said: str) -> None:
    on = dataclasses.replace(base(RUFF), sandboxes=with_checkers(Checkers()))
    checks = await checked(proof(diagnostics=seen, fix=fix), on)
    (check,) = [check for check in checks if check.name == "diagnostics"]
    assert check.agrees is agrees
    assert check.said.startswith(said)
