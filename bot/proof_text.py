"""A proof as people want to read it: what was seen, in the order in which they would ask."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from bot.harmless import code, fenced
from workflows.ports.ledger import Spent
from workflows.proof.controls import Controls
from workflows.proof.diagnostics.model import Checked, Diagnosed, State
from workflows.proof.statement import Proof
from workflows.proof.witness import WitnessSeen

MOST_TESTS = 10
MOST_PLACES = 12


def tests(ids: Sequence[str]) -> str:
    named = [f"- `{code(test)}`" for test in ids[:MOST_TESTS]]
    rest = [f"- and {len(ids) - MOST_TESTS} more"] if len(ids) > MOST_TESTS else []
    return "\n".join([*named, *rest])


def body(proof: Proof, digest: str) -> str:
    red = proof.red
    return f"""### Red, before the fix
{red.runs} of {red.runs} runs on {proof.base_sha[:12]} fail:
{tests(red.tests)}
{fenced(red.assertion)}
{_placebos(red.placebos)}
### Green, with the fix
{proof.green.runs} of {proof.green.runs} runs pass, each in a fresh sandbox.
{_witness(proof.witness)}
### Nothing else broke
The whole suite before: {proof.suite.before}. With the fix: {proof.suite.after}.
{proof.suite.compared} tests that passed before were compared one by one: {_all_pass(proof)}.
{_known(proof)}
{_diagnostics(proof.diagnostics)}
{_controls(proof.controls)}
### To see it yourself
{fenced(_by_hand(proof))}
<details><summary>The proof</summary>

| | |
|---|---|
| base | `{proof.base_sha}` |
| head | `{proof.head_sha}` |
| test, sha256 | `{proof.test_digest}` |
| fix, sha256 | `{proof.fix_digest}` |
| proof file, sha256 | `{digest}` |
| sandbox | {_sandbox(proof)} |
| reports | {_reports(proof)} |
| models | {cost(proof.spent) or "none was asked"} |
| run | `{proof.run}` |
| release | `{proof.release}` |

</details>"""


def cost(spent: Spent) -> str:
    if not spent.turns:
        return ""
    dollars = "at a price that is not known" if spent.dollars is None else f"${spent.dollars:.2f}"
    return f"{spent.turns} turns, {spent.tokens_in:,} tokens in, {spent.tokens_out:,} out, {dollars}"


def check(proof: Proof) -> tuple[str, str]:
    """Title and summary of the check beside a commit."""
    red = proof.red
    killed = proof.controls and f", {proof.controls.killed} of {len(proof.controls.mutants)} mutants noticed"
    title = f"red {red.runs} of {red.runs}, green {proof.green.runs} of {proof.green.runs}{killed or ''}"
    summary = (
        f"Before the fix, at {proof.base_sha[:12]}:\n{tests(red.tests)}\n{fenced(red.assertion)}\n"
        f"With it: {proof.suite.after}. {proof.suite.compared} tests that passed before: "
        f"{_all_pass(proof)}.\n\n"
        f"{_diagnostics(proof.diagnostics)}\n"
        f"{_controls(proof.controls)}"
    )
    return title, summary


def _placebos(placebos: Sequence[str]) -> str:
    return "".join(f"So it does with {placebo}: it tests what the code does.\n" for placebo in placebos)


def _witness(seen: WitnessSeen | None) -> str:
    if seen is None:
        return ""
    if seen.passed is None:
        return "No second, independent test of the issue could be written.\n"
    if seen.passed:
        return (
            "A second test of the issue, by an author who saw neither this one nor the fix, passes "
            f"{seen.runs} of {seen.runs} times.\n"
        )
    return (
        "⚠️ A second test of the issue, by another author, fails with this fix. "
        "Either may be wrong: look at it.\n"
    )


def _all_pass(proof: Proof) -> str:
    return "all still pass" if not proof.suite.flaky else "all still pass but those that are flaky"


def _known(proof: Proof) -> str:
    suite = proof.suite
    said = [
        f"Failing before already, and not counted: {len(suite.failing_before)}."
        if suite.failing_before
        else "",
        f"Flaky, and not counted: {', '.join(f'`{code(test)}`' for test in suite.flaky[:MOST_TESTS])}."
        if suite.flaky
        else "",
    ]
    return "\n".join(filter(None, said))


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
    return "\n".join([*filter(None, lines), ""])


def _tool(one: Checked) -> str:
    return f"`{code(f'{one.tool} {one.version}'.strip())}`"


def _controls(seen: Controls | None) -> str:
    if seen is None:
        return ""
    lines = ["### What the test holds", "With the code of the fix taken back, it fails again."]
    if len(seen.hunks) > 1:
        proven = len(seen.hunks) - len(seen.unproven)
        lines.append(f"With one place of it taken back at a time, it notices {proven} of {len(seen.hunks)}.")
    lines += [
        f"- ⚠️ `{code(at)}` is not proven: no test notices without it" for at in seen.unproven[:MOST_PLACES]
    ]
    if seen.mutants:
        lines.append(
            f"Of {len(seen.mutants)} small changes that make the fix wrong, it notices {seen.killed}."
        )
        missed = [mutant for mutant in seen.mutants if not mutant.killed][:MOST_PLACES]
        lines += [f"- not noticed: `{code(one.at)}` `{code(one.change)}`" for one in missed]
    return "\n".join([*lines, *(f"Not tried: {said}." for said in seen.left_out), ""])


def _by_hand(proof: Proof) -> str:
    command = shlex.join(proof.commands.repro)
    where = f"cd {shlex.quote(proof.project.path.value)}\n" if proof.project.path.value else ""
    return (
        f"git fetch origin && git checkout {proof.head_sha}\n{where}{command}\n\n"
        "# all of it, from red to green, in a sandbox of your own:\n"
        f"redfirst verify proof.json --repo ."
    )


def _reports(proof: Proof) -> str:
    whose = "sealed by the harness" if proof.red.sealed else "the tool's own"
    return f"{proof.runner}, {whose}"


def _sandbox(proof: Proof) -> str:
    facts = proof.sandbox
    weaker = ", meant for trusted code only" if facts.trusted_only else ""
    return f"{facts.kind} {facts.image}, network {facts.network}{weaker}".replace("  ", " ")
