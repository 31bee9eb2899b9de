"""Every text that people read on GitHub. Facts of the harness first; what a model wrote is marked as such."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from bot.store.port import Run
from handlers.decision import Reply, Topic
from policies.decision import Decision
from workflows.errors import Failure, Who
from workflows.progress import Progress, Stage
from workflows.proof.statement import Proof
from workflows.trigger import Trigger

_STAGES: Sequence[tuple[Stage, str]] = (
    (Stage.PREPARE, "look at the project and run its tests as they are"),
    (Stage.PLAN, "plan"),
    (Stage.RED, "write a test and see it fail"),
    (Stage.GREEN, "write the fix, see the test pass and nothing else break"),
    (Stage.REVIEW, "open a draft pull request"),
)

_MOVE = {
    Who.USER: "It is your move",
    Who.OPERATOR: "It is the move of whoever runs this bot",
    Who.MODEL: "The model did not manage; a clearer issue, or a hint, often helps",
    Who.NOBODY: "This may pass by itself",
}

RETRY = "`/agent fix`"
LONGEST_TITLE = 200
LONGEST_PROSE = 4_000
LONGEST_CODE = 4_000
MOST_TESTS = 10


class Messages:
    """What the workflows ask words for."""

    def progress(self, progress: Progress) -> str:
        if progress.failure is not None:
            return _failed(progress, progress.failure)
        if progress.stage is Stage.DONE:
            return (
                f"### Redfirst: done\n\n#{progress.pull_request} was {progress.verdict}. {_run(progress.run)}"
            )
        return "\n".join(
            [
                "### Redfirst is working on this",
                "",
                *_checklist(progress.stage),
                *_seen(progress),
                "",
                _run(progress.run),
            ]
        )

    def commit(self, trigger: Trigger, summary: str) -> str:
        title = _title(trigger)
        return f"{title}\n\n{unlinked(clipped(summary, LONGEST_PROSE))}"

    def pull_request(self, trigger: Trigger, summary: str, proof: Proof, digest: str) -> tuple[str, str]:
        title = _title(trigger)
        body = f"""Fixes #{trigger.issue.number}, asked for by @{trigger.actor.login}.

### What changed
{quoted(summary)}

<sub>This paragraph was written by a model. Everything below was seen by the harness.</sub>

### Red, before the fix
{proof.red.runs} of {proof.red.runs} runs on {proof.base_sha[:12]} fail:
{_tests(proof.red.tests)}
{fenced(proof.red.assertion)}

### Green, with the fix
{proof.green.runs} of {proof.green.runs} runs pass, each in a fresh sandbox.

### Nothing else broke
The whole suite before: {proof.suite.before}. With the fix: {proof.suite.after}.
{proof.suite.compared} tests that passed before were compared one by one: all still pass.
{_failing_before(proof)}
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
| run | `{proof.run}` |
| release | `{proof.release}` |

</details>

This is a draft: a person reviews it, marks it ready and merges it. Redfirst never does."""
        return title, body


def reply(reply: Reply, run: Run | None) -> str:
    match reply.topic:
        case Topic.STATUS:
            return _status(run)
        case Topic.UNKNOWN_VERB:
            return f"I do not know `{_code(reply.said)}`. Did you mean `/agent {reply.nearest}`?\n\n{_HELP}"
        case Topic.UNKNOWN_OPTION:
            return f"I do not know the option `{_code(reply.said)}`.\n\n{_HELP}"
        case Topic.HELP:
            return _HELP


def refused(decision: Decision) -> str:
    return f"Nothing was started: {'; '.join(decision.reasons)}."


def already_running(run_id: str) -> str:
    said = "A run is active on this issue, so no second one was started. `/agent status` says how far it is."
    return f"{said}\n\n{_run(run_id)}"


def job_summary(conclusion: str, pull_request: str, repro: str, said: str) -> str:
    lines = [
        f"### Redfirst: {conclusion}",
        "",
        f"- repro test: {repro}",
        f"- pull request: {pull_request or 'none'}",
    ]
    if said:
        lines += ["", fenced(said)]
    return "\n".join(lines) + "\n"


_HELP = """Redfirst writes a test that fails for the reason in the issue, then the fix, and proves both.

| say | and I |
|---|---|
| `/agent fix` | fix this issue; lines below the command are taken as a hint |
| `/agent status` | say how far the run on this issue is |
| `/agent help` | say this |

The label that was set up for it does the same as `/agent fix`. Write permission is needed to start work."""


def _status(run: Run | None) -> str:
    if run is None:
        return f"There has been no run on this issue. {RETRY} starts one."
    return f"The run is **{run.status}**, at `{run.path or run.workflow}`.\n\n{_run(run.id)}"


def _checklist(now: Stage) -> list[str]:
    order = [stage for stage, _ in _STAGES]
    reached = order.index(now) if now in order else len(order)
    done = reached + 1 if now is Stage.REVIEW else reached
    return [
        f"- [{'x' if place < done else ' '}] {words}{' …' if place == reached and place >= done else ''}"
        for place, (_, words) in enumerate(_STAGES)
    ]


def _seen(progress: Progress) -> list[str]:
    lines: list[str] = []
    if progress.refused:
        lines += ["", f"The last attempt did not count: {defused(_line(progress.refused.splitlines()[0]))}"]
    if progress.red:
        lines += ["", "**Red**, as the harness saw it:", fenced(progress.red)]
    if progress.green:
        lines += ["", f"**Green**: {progress.green}"]
    if progress.pull_request:
        lines += ["", f"#{progress.pull_request} awaits your review."]
    return lines


def _failed(progress: Progress, failure: Failure) -> str:
    happened = clipped(failure.sentence.splitlines()[0], 500)
    last = f"\n\nWhat was said last:\n{fenced(failure.feedback)}" if failure.feedback else ""
    return (
        f"### Redfirst stopped\n\n{defused(happened)}{last}\n\n"
        f"{_MOVE[failure.who]}; {RETRY} tries again. No branch and no pull request were left half done.\n\n"
        f"{_run(progress.run)}"
    )


def _tests(ids: Sequence[str]) -> str:
    named = [f"- `{_code(test)}`" for test in ids[:MOST_TESTS]]
    rest = [f"- and {len(ids) - MOST_TESTS} more"] if len(ids) > MOST_TESTS else []
    return "\n".join([*named, *rest])


def _failing_before(proof: Proof) -> str:
    failing = proof.suite.failing_before
    return f"Failing before already, and not counted: {len(failing)}.\n" if failing else ""


def _by_hand(proof: Proof) -> str:
    command = shlex.join(part for part in proof.commands.repro if not part.startswith("--junitxml"))
    return f"git fetch origin && git checkout {proof.head_sha}\n{command}"


def _sandbox(proof: Proof) -> str:
    facts = proof.sandbox
    weaker = ", meant for trusted code only" if facts.trusted_only else ""
    return f"{facts.kind} {facts.image}, network {facts.network}{weaker}".replace("  ", " ")


def _run(run: str) -> str:
    return f"<sub>run `{run}`</sub>"


def _title(trigger: Trigger) -> str:
    """A stranger's `closes #12` would close #12 when this is merged, as a commit's subject."""
    return f"Fix #{trigger.issue.number}: {unlinked(_line(trigger.issue.title))}"


def _line(text: str) -> str:
    """For titles, which are shown as they are."""
    return " ".join(visible(text).split())[:LONGEST_TITLE]


def fenced(text: str) -> str:
    """As code, in a fence longer than any inside."""
    text = clipped(visible(text), LONGEST_CODE)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def quoted(text: str) -> str:
    lines = defused(clipped(text, LONGEST_PROSE)).splitlines()
    return "\n".join(f"> {line}".rstrip() for line in lines) or "> (nothing)"


def clipped(text: str, most: int) -> str:
    """Bounded, so that no text of a model or a test makes the whole too long for GitHub."""
    return text if len(text) <= most else f"{text[:most]} …"


def _code(text: str) -> str:
    """For between backticks: one line, and no way out."""
    return " ".join(visible(text).replace("`", "'").split())[:200]


def defused(text: str) -> str:
    """Text from outside, so that it notifies nobody, closes, links and loads nothing, and hides nothing."""
    return unlinked(text).replace("<", "&lt;")


_LINKING = re.compile(
    r"@(?=\w)|#(?=\d)|\bGH-(?=\d)|\](?=[(\[:])|:(?=//)|\bwww(?=\.)|(?<=\()/(?=/)", re.IGNORECASE
)


def unlinked(text: str) -> str:
    """With nothing in it that GitHub takes for a mention, a reference, a link or an image."""
    return _LINKING.sub(lambda found: f"{found[0]}\u200b", visible(text))


# Zero-width, bidi and filler characters, variation selectors, tags, and controls but tab and newline.
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """Without characters that nobody sees, or that turn others around."""
    return _HIDDEN.sub("", text)
