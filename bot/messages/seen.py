"""What the harness saw: in a line, and then each part in the order in which people would ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.harmless import code, fenced
from workflows.ports.ledger import Spent
from workflows.proof.controls import Controls, DoomedSeen
from workflows.proof.diagnostics.model import Checked, Diagnosed, State
from workflows.proof.doomed import AT_ITS_END
from workflows.proof.statement import Proof
from workflows.proof.witness import WitnessSeen

MOST_TESTS = 10
MOST_PLACES = 12
_HINTS = frozenset({"Use -v to get more diff"})


def tests(ids: Sequence[str]) -> str:
    named = [f"- `{code(test)}`" for test in ids[:MOST_TESTS]]
    rest = [f"- and {len(ids) - MOST_TESTS} more"] if len(ids) > MOST_TESTS else []
    return "\n".join([*named, *rest])


def seen(proof: Proof) -> str:
    parts = [
        _in_short(proof),
        _named_files(proof),
        _red(proof),
        _green(proof),
        _suite(proof),
        _controls(proof.controls),
    ]
    return "\n\n".join(part.strip("\n") for part in parts if part)


def _in_short(proof: Proof) -> str:
    red, green, suite, controls = proof.red, proof.green, proof.suite, proof.controls
    said = [
        f"**red {red.runs} of {red.runs}**",
        f"**green {green.runs} of {green.runs}**",
        _others(suite.compared),
    ]
    if proof.witness is not None and proof.witness.passed is not None:
        said.append("a second test agrees" if proof.witness.passed else "⚠️ a second test fails")
    if proof.diagnostics is not None and proof.diagnostics.counted:
        said.append("⚠️ checkers say something new")
    if suite.flaky:
        said.append(f"⚠️ {len(suite.flaky)} flaky")
    if controls is not None and controls.unproven:
        said.append(f"⚠️ {len(controls.unproven)} of {len(controls.hunks)} places not proven")
    if controls is not None and controls.mutants:
        said.append(f"{controls.killed} of {len(controls.mutants)} mutants noticed")
    if proof.spent.turns:
        said.append(_price(proof.spent))
    return " · ".join(said)


def _price(spent: Spent) -> str:
    return "cost not known" if spent.dollars is None else f"${spent.dollars:.2f}"


def _named_files(proof: Proof) -> str:
    def named(paths: Sequence[str]) -> str:
        more = f" and {len(paths) - MOST_TESTS} more" if len(paths) > MOST_TESTS else ""
        return ", ".join(f"`{code(path)}`" for path in paths[:MOST_TESTS]) + more

    return f"The test: {named(proof.test.paths())}. The fix: {named(proof.fix.paths())}."


def _red(proof: Proof) -> str:
    red = proof.red
    placebos = [
        f"It fails just so with {placebo}: it tests what the code does, and not how it is written."
        for placebo in red.placebos
    ]
    said = f"{red.runs} of {red.runs} runs on {proof.base_sha[:12]} fail:"
    return "\n".join(
        ["### Red, before the fix", said, tests(red.tests), fenced(without_hints(red.assertion)), *placebos]
    )


def without_hints(assertion: str) -> str:
    """What pytest tells whoever sits before it, and what is empty, tells nobody here anything."""
    lines = [line.rstrip() for line in assertion.splitlines()]
    return "\n".join(line for line in lines if line and line.strip() not in _HINTS)


def _green(proof: Proof) -> str:
    green = proof.green
    said = f"{green.runs} of {green.runs} runs pass, each in a fresh sandbox:"
    return "\n".join(["### Green, with the fix", said, tests(green.tests), _witness(proof.witness)])


def _witness(seen: WitnessSeen | None) -> str:
    if seen is None:
        return ""
    if seen.passed is None:
        return "\nNo second, independent test of the issue could be written."
    if seen.passed:
        return (
            "\nA second test of the issue, by an author who saw neither this one nor the fix, passes "
            f"{seen.runs} of {seen.runs} times."
        )
    return (
        "\n⚠️ A second test of the issue, by another author, fails with this fix. "
        "Either may be wrong: look at it."
    )


def _suite(proof: Proof) -> str:
    suite = proof.suite
    flaky = [f"`{code(test)}`" for test in suite.flaky[:MOST_TESTS]]
    more = len(suite.flaky) - len(flaky)
    lines = [
        "### Nothing else broke",
        f"The whole suite, before: {suite.before}. With the fix: {suite.after}.",
        f"Of those that passed before, {suite.compared} compared one by one: {_all_pass(proof)}."
        if suite.compared
        else "",
        f"Failing before already, and not counted: {len(suite.failing_before)}."
        if suite.failing_before
        else "",
        f"Flaky, and not counted: {', '.join(flaky)}{f' and {more} more' if more else ''}." if flaky else "",
        _diagnostics(proof.diagnostics),
    ]
    return "\n".join(filter(None, lines))


def _others(compared: int) -> str:
    if compared == 1:
        return "1 other test still passes"
    return f"{compared} other tests still pass" if compared else "no other test passed before"


def _all_pass(proof: Proof) -> str:
    return "all still pass" if not proof.suite.flaky else "all still pass but those that are flaky"


def _diagnostics(seen: Diagnosed | None) -> str:
    if seen is None or not (seen.checkers or seen.new):
        return ""
    ran = ", ".join(_tool(one) for one in seen.checkers if one.state is State.RAN)
    out = [f"{_tool(one)} ({one.state})" for one in seen.checkers if one.state not in {State.RAN, State.IDLE}]
    nothing = "say nothing new" if not seen.new else "say nothing new that counts"
    said = "⚠️ have something new to say" if seen.counted else nothing
    lines = [f"The project's own checkers {said}: {ran}." if ran else ""]
    lines += [f"Checkers of the project that could not be asked: {', '.join(out)}." if out else ""]
    for one in seen.new[:MOST_PLACES]:
        why = f", not counted: {one.excused}" if one.excused else ""
        lines.append(f"- `{code(str(one.diagnostic))}`{why}")
    left = len(seen.new[MOST_PLACES:]) + seen.more
    lines += [f"- and {left} more"] if left else []
    return "\n".join([*filter(None, lines)])


def _tool(one: Checked) -> str:
    return f"`{code(f'{one.tool} {one.version}'.strip())}`"


def _controls(seen: Controls | None) -> str:
    if seen is None:
        return ""
    lines = ["### What the test holds", "With the code of the fix taken back, it fails again."]
    if len(seen.hunks) > 1:
        proven = len(seen.hunks) - len(seen.unproven)
        lines.append(f"With one place of it taken back at a time, it notices {proven} of {len(seen.hunks)}.")
    lines += _listed(f"⚠️ `{code(at)}` is not proven: no test notices without it" for at in seen.unproven)
    if seen.mutants:
        put = f"Of {len(seen.mutants)} mutants, small mistakes put into the fix"
        lines.append(f"{put}, it notices {seen.killed}.")
        missed = [mutant for mutant in seen.mutants if not mutant.killed]
        lines += _listed(f"not noticed: `{code(one.at)}` `{code(one.change)}`" for one in missed)
    lines += [_doomed(seen.doomed)] if seen.doomed else []
    return "\n".join([*lines, *(f"Not tried: {said}." for said in seen.left_out)])


def _doomed(seen: DoomedSeen) -> str:
    tried = "with a failure of ours at its end" if seen.how == AT_ITS_END else "with the test left out"
    return (
        "The project's tool writes its results where the tested code could write, too. "
        f"So it ran once more {tried}, and did not tell that it passes: {code(seen.told)}."
    )


def _listed(said: Iterable[str]) -> list[str]:
    lines = [f"- {each}" for each in said]
    more = len(lines) - MOST_PLACES
    return [*lines[:MOST_PLACES], *([f"- and {more} more"] if more > 0 else [])]
