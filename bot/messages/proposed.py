"""Commits and pull requests of ours: facts of the harness first."""

from __future__ import annotations

from bot.harmless import LONGEST_PROSE, clipped, code, fenced, quoted, unlinked, untrailed
from bot.messages import evidence
from bot.messages.parts import LONGEST_TITLE, one_line
from bot.messages.seen import tests
from workflows.case import Shown
from workflows.proof.statement import Proof
from workflows.trigger import Trigger


def commit(trigger: Trigger, summary: str) -> str:
    title = title_of(trigger)
    return f"{title}\n\n{untrailed(clipped(summary, LONGEST_PROSE))}"


def pull_request(trigger: Trigger, summary: str, proof: Proof, digest: str) -> tuple[str, str]:
    title = title_of(trigger)
    body = f"""Fixes #{trigger.issue.number}, asked for by @{trigger.actor.login}.

### What changed
{quoted(summary)}

<sub>This paragraph was written by a model. Everything below was seen by the harness.</sub>

{evidence.body(proof, digest)}

Approve it, and it is marked as ready; ask for changes, and they are made and proven anew; close it, and it
is over. Merging is yours: Redfirst never does."""
    return title, body


def repro(shown: Shown) -> tuple[str, str]:
    repro, trigger = shown.repro, shown.case.trigger
    files = [f"`{code(change.path)}`\n{fenced(change.content or '')}" for change in repro.test.changes]
    opened = [f"#{shown.pull_request.number} has it.", ""] if shown.pull_request else []
    body = "\n".join(
        [
            f"### A test that fails for #{trigger.issue.number}",
            "",
            f"{repro.red.runs} of {repro.red.runs} runs on {shown.case.base_sha[:12]} fail:",
            tests(repro.red.tests),
            fenced(repro.red.assertion),
            "",
            *files,
            "",
            *opened,
            "`/agent fix` on the issue goes on to a fix.",
        ]
    )
    return titled(f"Test for #{trigger.issue.number}", trigger), body


def title_of(trigger: Trigger) -> str:
    """A stranger's `closes #12` would close #12 when this is merged, as a commit's subject."""
    return titled(f"Fix #{trigger.issue.number}", trigger)


def titled(what: str, trigger: Trigger) -> str:
    return f"{what}: {unlinked(one_line(trigger.issue.title))}"[:LONGEST_TITLE]
