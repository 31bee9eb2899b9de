"""Every text that people read on GitHub. Facts of the harness first; what a model wrote is marked as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from bot import again_text, proof_text
from bot.harmless import LONGEST_PROSE, clipped, code, defused, fenced, quoted, unlinked, untrailed
from bot.store.port import Run
from handlers.decision import Reply, Topic
from policies.decision import Decision
from policies.effects import Remark
from workflows.agents.roles import Answer, Plan
from workflows.case import Judged, Shown, Standing
from workflows.errors import Failure, Who
from workflows.ports.ledger import Spent
from workflows.progress import Progress, Stage
from workflows.project.model import Project
from workflows.project.unfit import CORRECTION
from workflows.project.words import in_a_line, in_short
from workflows.proof.statement import Proof
from workflows.trigger import Trigger
from workflows.unseen import unseen, visible
from workflows.verdicts import Verdict

_STAGES: Sequence[tuple[Stage, str]] = (
    (Stage.PREPARE, "look at the project and run its tests as they are"),
    (Stage.PLAN, "plan"),
    (Stage.APPROVAL, "wait for the plan to be approved"),
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

_WORKING, _DONE, _STOPPED = "### Redfirst is working on this", "### Redfirst: done", "### Redfirst stopped"
_AWAITS = "awaits your review."
RETRY = "`/agent retry`"
LONGEST_TITLE = 250
"""GitHub takes 256 characters."""
LONGEST_ANSWER = 12_000
LONGEST_REMARK = 2_000
MOST_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class Messages:
    """What the workflows ask words for."""

    in_job: bool = False
    """A job forgets when it ends: there is nothing to go on with, only something to begin."""

    def progress(self, progress: Progress) -> str:
        if progress.failure is not None:
            lines = self._failed(progress, progress.failure)
        elif progress.stage is Stage.DONE:
            lines = [_DONE, "", *_done(progress)]
        else:
            seen = [*_checklist(progress.stage), *_seen(progress), *_detected(progress.project)]
            lines = [_WORKING, "", *seen]
        return "\n".join([*lines, *_hidden(progress.hidden), "", _foot(progress)])

    def _failed(self, progress: Progress, failure: Failure) -> list[str]:
        if progress.stage is Stage.REVIEW:
            here = f"#{progress.pull_request}"
            then = (
                f"{_MOVE[failure.who]}. {here} waits for you again: say what shall be different, and I try."
            )
            return [f"### Redfirst left {here} as it is", "", *_happened(failure), "", then]
        retry = "`/agent fix`" if self.in_job else RETRY
        then = f"{_MOVE[failure.who]}; {retry} tries again."
        return [_STOPPED, "", *_happened(failure), "", then]

    def commit(self, trigger: Trigger, summary: str) -> str:
        title = _title(trigger)
        return f"{title}\n\n{untrailed(clipped(summary, LONGEST_PROSE))}"

    def pull_request(self, trigger: Trigger, summary: str, proof: Proof, digest: str) -> tuple[str, str]:
        title = _title(trigger)
        body = f"""Fixes #{trigger.issue.number}, asked for by @{trigger.actor.login}.

### What changed
{quoted(summary)}

<sub>This paragraph was written by a model. Everything below was seen by the harness.</sub>

{proof_text.body(proof, digest)}

Approve it, and it is marked as ready; ask for changes, and they are made and proven anew; close it, and it
is over. Merging is yours: Redfirst never does."""
        return title, body

    def check(self, proof: Proof) -> tuple[str, str]:
        return proof_text.check(proof)

    def proving(self, standing: Standing) -> tuple[str, str]:
        return again_text.proving(standing)

    def proved_again(self, judged: Judged, proof: Proof | None) -> tuple[str, str]:
        return again_text.proved_again(judged, proof)

    def not_proved(self, why: str) -> tuple[str, str]:
        return again_text.not_proved(why)

    def plan(self, plan: Plan, digest: str) -> str:
        return f"""### Redfirst: a plan, for you to approve

**Cause**
{quoted(plan.cause)}

**What the test will show**
{quoted(plan.test)}

**What will change**
{quoted(plan.fix)}

<sub>Written by a model; nothing has been changed yet.</sub>

| say | and I |
|---|---|
| `/agent approve {digest}` | write the test and the fix |
| `/agent revise …` | plan again, with what you say |
| `/agent reject` | stop here |"""

    def answer(self, trigger: Trigger, answer: Answer, sha: str) -> str:
        lines = [f"@{trigger.actor.login} asked:", quoted(trigger.context), "", defused(_long(answer.answer))]
        hidden = unseen(trigger.issue.title, trigger.issue.body, trigger.context)
        if answer.references:
            lines += ["", *(_reference(trigger, found.path, found.line, found.shows, sha)
                            for found in answer.references[:MOST_REFERENCES])]  # fmt: skip
        foot = "<sub>Written by a model, which read the code and ran nothing.</sub>"
        return "\n".join([*lines, *_hidden(hidden), "", foot])

    def review(self, summary: str, others: Sequence[Remark], hidden: Sequence[str]) -> str:
        elsewhere = [
            f"- `{code(remark.path)}:{remark.line}` {defused(clipped(_line(remark.body), LONGEST_REMARK))}"
            for remark in others
        ]
        said = [quoted(summary), *(["", "Beside the lines of the change:", *elsewhere] if elsewhere else [])]
        foot = "<sub>Written by a model. It neither approves nor blocks.</sub>"
        return "\n".join(["### Redfirst: a review", "", *said, *_hidden(hidden), "", foot])

    def remark(self, body: str) -> str:
        return defused(clipped(body, LONGEST_REMARK))

    def repro(self, shown: Shown) -> tuple[str, str]:
        repro, trigger = shown.repro, shown.case.trigger
        files = [f"`{code(change.path)}`\n{fenced(change.content or '')}" for change in repro.test.changes]
        opened = [f"#{shown.pull_request.number} has it.", ""] if shown.pull_request else []
        body = "\n".join(
            [
                f"### A test that fails for #{trigger.issue.number}",
                "",
                f"{repro.red.runs} of {repro.red.runs} runs on {shown.case.base_sha[:12]} fail:",
                proof_text.tests(repro.red.tests),
                fenced(repro.red.assertion),
                "",
                *files,
                "",
                *opened,
                "`/agent fix` on the issue goes on to a fix.",
            ]
        )
        return _titled(f"Test for #{trigger.issue.number}", trigger), body


_NOT_HERE: Mapping[str, str] = MappingProxyType(
    {
        "fix": "`fix` is for issues. Here, say `/agent revise …` if I opened this, else `/agent review`.",
        "plan": "`plan` is for issues.",
        "approve": "`approve` is for plans, on their issue. Approve a pull request with GitHub's own review.",
        "reject": "`reject` is for plans, on their issue. A pull request is rejected by closing it.",
        "revise": "`revise` is for pull requests that I opened, and for plans, on their issue.",
        "review": "`review` is for pull requests.",
        "repro": "`repro` is for issues.",
    }
)

_WORDS_MISSING: Mapping[str, str] = MappingProxyType(
    {
        "approve": "Say which plan: `/agent approve` and the digest that stands below the plan.",
        "revise": "Say what shall be different: `/agent revise the name should stay as it is`.",
        "ask": "Ask something: `/agent ask where is the total computed?`",
    }
)


def reply(reply: Reply, run: Run | None, spent: Spent, config: str) -> str:
    match reply.topic:
        case Topic.STATUS:
            return _status(run, spent)
        case Topic.BUDGET:
            return _budget(run, spent)
        case Topic.CONFIG:
            return config
        case Topic.NO_MEMORY:
            return no_memory(reply.said)
        case Topic.FORGET:
            return (
                "There is nothing to forget: I remember nothing from one run to the next. What a run did is "
                "in its journal, which whoever runs this bot can remove with `redfirst store prune`."
            )
        case Topic.NOT_HERE:
            return not_here(reply.said)
        case Topic.WORDS_MISSING:
            return _WORDS_MISSING.get(reply.said, "Say a little more.")
        case Topic.UNKNOWN_VERB:
            return f"I do not know `{code(reply.said)}`. Did you mean `/agent {reply.nearest}`?\n\n{_HELP}"
        case Topic.UNKNOWN_OPTION:
            meant = f" Did you mean `--{reply.nearest}`?" if reply.nearest else ""
            return f"I do not know the option `{code(reply.said)}`.{meant}\n\n{_HELP}"
        case Topic.HELP:
            return _HELP


def config(label: str, models: Mapping[str, str], rules: str, release: str) -> str:
    """What is in effect here, without anything that is secret."""
    rows = {"label": label, **{f"model, {route}": name for route, name in models.items()}}
    rows |= {"rules": rules[:12], "release": release}
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | `{code(said)}` |" for name, said in rows.items())])


def plans_need_memory() -> str:
    return (
        "A plan waits for its approval, and a job forgets when it ends: plans need the hosted bot. "
        "`/agent fix` works here."
    )


def not_here(verb: str) -> str:
    return f"{_NOT_HERE.get(verb, 'That is for another place.')} `/agent help` says more."


def no_memory(verb: str) -> str:
    return (
        f"`{code(verb)}` goes on with what was there before, and a job forgets when it ends: that needs the "
        "hosted bot. `/agent fix` on the issue begins anew here."
    )


def comes_next(run: Run) -> str:
    return (
        "Heard. I am at work on this, so yours comes next: it is looked at as soon as I am done, and nothing "
        f"needs to be said again.\n\n{_run(run.id)}"
    )


def could_not(failure: Failure) -> str:
    """What went wrong may be nobody else's business, where it is the operator's."""
    if failure.who is Who.USER:
        return f"That could not be done: {defused(_line(failure.sentence))}."
    return (
        "That could not be done, by no fault of yours. It is the move of whoever runs this bot: "
        "`redfirst deliveries list --state failed` says what went wrong, and `retry` does it then."
    )


def command_put_aside() -> str:
    return (
        "I tried to do what was asked here, again and again, and broke off each time. It is left alone now. "
        "It is the move of whoever runs this bot: `redfirst dead list` says what went wrong."
    )


def waits_for_review(number: int) -> str:
    return f"#{number} is open and waits for your review. Ask for changes there: `/agent revise …`."


def only_a_test(issue: int) -> str:
    return (
        "This holds a failing test and nothing more, which I do not revise. "
        f"`/agent fix` on #{issue} goes on to a fix."
    )


def branch_is_there(branch: str) -> str:
    return (
        f"There is `{code(branch)}` already, so this was worked on before. To have it done anew, close its "
        "pull request, delete the branch, and say `/agent fix` again."
    )


def nothing_runs() -> str:
    return "Nothing is running here that waits for this. `/agent status` says what there was."


def nothing_to_retry(run: Run | None) -> str:
    if run is None:
        return "There has been no run here yet. `/agent fix` starts one."
    return f"The last run here came to its end. `/agent fix` starts another.\n\n{_run(run.id)}"


def no_plan_waits() -> str:
    return "No plan waits for an answer here. `/agent plan` makes one."


def other_plan(digest: str) -> str:
    return f"That is not the plan that was shown last. This approves it: `/agent approve {digest}`"


def put_aside_in_short(times: int) -> str:
    return f"this was tried {times} times and is left alone now; whoever runs this bot can see why"


def put_aside(run: Run, times: int) -> str:
    """What went wrong is for the operator, and may hold what is nobody else's business."""
    return (
        f"{_STOPPED}\n\nThis was tried {times} times, and each time it broke off without getting "
        "any further. It is left alone now, with all that was done so far.\n\n"
        "It is the move of whoever runs this bot: `redfirst dead list` says what went wrong, and "
        f"`redfirst dead retry {run.id}` goes on.\n\n{_run(run.id)}"
    )


def stopped(run_id: str, reason: str) -> str:
    return f"{_STOPPED}\n\n{defused(_line(reason))}. {RETRY} starts it again.\n\n{_run(run_id)}"


def refused(decision: Decision) -> str:
    return f"That was not done: {'; '.join(decision.reasons)}."


def already_running(run_id: str) -> str:
    said = "A run is active on this issue, so no second one was started. `/agent status` says how far it is."
    return f"{said}\n\n{_run(run_id)}"


def left_so(comment: str) -> str:
    """How the run ended that our own comment on an issue speaks of, for whoever has no journal."""
    how = "did not come to an end"
    if comment.startswith(_STOPPED):
        how = "stopped without a fix"
    elif comment.startswith(_DONE):
        how = "is done"
    elif _AWAITS in comment:
        how = "opened a pull request"
    return f"the last run on it {how}, and nobody has said anything new since"


def job_summary(conclusion: str, pull_request: str, repro: str, said: str, passed: Sequence[str] = ()) -> str:
    lines = [
        f"### Redfirst: {conclusion}",
        "",
        f"- repro test: {repro}",
        f"- pull request: {pull_request or 'none'}",
    ]
    if said:
        lines += ["", fenced(said)]
    if passed:
        lines += ["", "Passed over:", "", *(f"- {_line(one)}" for one in passed)]
    return "\n".join(lines) + "\n"


_HELP = """I write a test that fails for the reason in the issue, then the fix, and prove both.

| on an issue | and I |
|---|---|
| `/agent fix` | fix it; lines below the command are a hint. The label does the same |
| `/agent plan` | plan first, as `fix --plan`, and wait |
| `/agent approve` | go on with the plan whose digest you add |
| `/agent revise` | plan again, with what you say |
| `/agent reject` | drop the plan |
| `/agent repro` | write the failing test and no fix; `--pr` makes it a pull request |

| on a pull request | and I |
|---|---|
| `/agent revise` | change mine as you say and prove it anew, as after "request changes" |
| `/agent review` | remark on lines that have to change |

| anywhere | and I |
|---|---|
| `/agent ask` | answer, with the lines that show it |
| `/agent retry` | try again what failed |
| `/agent stop` | stop what runs |
| `/agent status` | say how far it is |
| `/agent budget` | say what it cost |
| `/agent config` | say what is set up |
| `/agent forget` | say what is kept |
| `/agent help` | say this |

`fix`, `plan`, `repro`, `retry` take `--setup="…"`, `--test="…"`, `--path="…"` where I detected it wrongly.

Whoever starts, steers or stops work needs write permission. Answers are for everyone."""


def _status(run: Run | None, spent: Spent) -> str:
    if run is None:
        return "There has been no run here yet. `/agent fix` on an issue starts one."
    cost = proof_text.cost(spent)
    said = f"The run is **{run.status}**, at `{run.path or run.workflow}`"
    return f"{said}{f', {cost}' if cost else ''}.\n\n{_run(run.id)}"


def _budget(run: Run | None, spent: Spent) -> str:
    if run is None:
        return "Nothing has been spent here: there has been no run."
    return f"{proof_text.cost(spent) or 'No model was asked so far'}.\n\n{_run(run.id)}"


def _done(progress: Progress) -> list[str]:
    if progress.verdict == Verdict.APPROVED:
        return [f"#{progress.pull_request} was approved and is ready to be merged, which is for you."]
    if progress.pull_request:
        return [f"#{progress.pull_request} was {progress.verdict}."]
    return [f"{progress.verdict}."]


def _foot(progress: Progress) -> str:
    cost = proof_text.cost(progress.spent)
    return f"<sub>run `{progress.run}`{f' · {cost}' if cost else ''}</sub>"


def _reference(trigger: Trigger, path: str, line: int, shows: str, sha: str) -> str:
    """A link to GitHub, made of what we know: a model's own text becomes no link."""
    root = trigger.issue.url.partition("/issues/")[0].partition("/pull/")[0]
    where = f"{code(path)}:{line}"
    shown = defused(_line(shows))
    if not root.startswith("https://") and not root.startswith("http://"):
        return f"- `{where}` {shown}"
    return f"- [`{where}`]({root}/blob/{sha}/{quote(path)}#L{line}) {shown}"


def _long(text: str) -> str:
    return clipped(text, LONGEST_ANSWER)


def _checklist(now: Stage) -> list[str]:
    # A plan that nobody has to approve is no step of its own.
    stages = [each for each in _STAGES if each[0] is not Stage.APPROVAL or now is Stage.APPROVAL]
    order = [stage for stage, _ in stages]
    reached = order.index(now) if now in order else len(order)
    done = reached + 1 if now is Stage.REVIEW else reached
    return [
        f"- [{'x' if place < done else ' '}] {words}{' …' if place == reached and place >= done else ''}"
        for place, (_, words) in enumerate(stages)
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
        lines += ["", f"#{progress.pull_request} {_AWAITS}"]
    return lines


def _detected(project: Project) -> list[str]:
    """What stands in it is the repository's, and what people typed."""
    if project == Project():
        return []
    said = in_a_line(project, code=lambda text: f"`{code(text)}`", plain=lambda text: defused(_line(text)))
    notes = [f"- {defused(_line(note))}" for note in project.notes]
    return [
        *("", f"<details><summary>Detected: {in_short(project)}</summary>", "", f"{said}.", "", *notes),
        *("", f"Not right? `/agent retry {CORRECTION}` begins anew with what you say.", "", "</details>"),
    ]


def _hidden(found: Sequence[str]) -> list[str]:
    said = f"⚠️ The text hides something from readers ({', '.join(found)}). It was kept from the model."
    return ["", said] if found else []


def _happened(failure: Failure) -> list[str]:
    happened = clipped(failure.sentence.splitlines()[0], 500)
    last = ["", "What was said last:", fenced(failure.feedback)] if failure.feedback else []
    return [defused(happened), *last]


def _run(run: str) -> str:
    return f"<sub>run `{run}`</sub>"


def _title(trigger: Trigger) -> str:
    """A stranger's `closes #12` would close #12 when this is merged, as a commit's subject."""
    return _titled(f"Fix #{trigger.issue.number}", trigger)


def _titled(what: str, trigger: Trigger) -> str:
    return f"{what}: {unlinked(_line(trigger.issue.title))}"[:LONGEST_TITLE]


def _line(text: str) -> str:
    """For titles, which are shown as they are."""
    return clipped(" ".join(visible(text).split()), LONGEST_TITLE)
