"""A proof as people want to read it: what was seen, how to see it again, and what it is known by."""

from __future__ import annotations

import shlex

from bot.harmless import fenced
from bot.messages.seen import seen
from workflows.ports.ledger import Spent
from workflows.project.asked import A_COMMENT
from workflows.project.model import Project
from workflows.proof.statement import Proof


def body(proof: Proof, digest: str) -> str:
    return f"""{seen(proof)}

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

Whoever runs this bot has the file: `redfirst runs show {proof.run} --proof > proof.json`, and
`redfirst verify proof.json --repo .` runs it again.

</details>"""


def check(proof: Proof) -> tuple[str, str]:
    """Title and summary of the check beside a commit."""
    red = proof.red
    killed = proof.controls and f", {proof.controls.killed} of {len(proof.controls.mutants)} mutants noticed"
    title = f"red {red.runs} of {red.runs}, green {proof.green.runs} of {proof.green.runs}{killed or ''}"
    return title, f"{seen(proof)}\n\n### To see it yourself\n{fenced(_by_hand(proof))}"


def cost(spent: Spent) -> str:
    if not spent.turns:
        return ""
    dollars = "at a price that is not known" if spent.dollars is None else f"${spent.dollars:.2f}"
    return f"{spent.turns} turns, {spent.tokens_in:,} tokens in, {spent.tokens_out:,} out, {dollars}"


def _by_hand(proof: Proof) -> str:
    """The first needs what the project needs, the second an engine; neither needs our file or our word."""
    command = shlex.join(proof.commands.repro)
    path = proof.project.path.value
    where = f"cd {shlex.quote(path)}\n" if path else ""
    return (
        f"git fetch origin && git checkout {proof.head_sha}\n{where}{command}\n\n"
        "# all of it, from red to green, in a sandbox of your own, without a model:\n"
        f"redfirst prove --base {proof.base_sha} \\\n  --head {proof.head_sha}{_put_right(proof.project)}"
    )


def _put_right(project: Project) -> str:
    """What somebody said in a comment is not in the repository."""
    options = [("path", project.path.value)] if project.path.value else []
    if project.setup.source.startswith(A_COMMENT):
        options += [("setup", line) for line in project.setup.value or ("",)]
    if project.test.source.startswith(A_COMMENT):
        options.append(("test", project.test.value))
    return "".join(f" --{name} {shlex.quote(value)}" for name, value in options)


def _reports(proof: Proof) -> str:
    whose = "sealed by the harness" if proof.red.sealed else "the tool's own, which tested code could write"
    return f"{proof.runner}, {whose}"


def _sandbox(proof: Proof) -> str:
    facts = proof.sandbox
    weaker = ", meant for trusted code only" if facts.trusted_only else ""
    return f"{facts.kind} {facts.image}, network {facts.network}{weaker}".replace("  ", " ")
