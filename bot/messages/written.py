"""What a model wrote, and is marked as such: plans, answers, reviews."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from bot.harmless import clipped, code, defused, quoted
from bot.messages.parts import hidden_text, one_line
from policies.effects import Remark
from workflows.agents.roles import Answer, Plan
from workflows.trigger import Trigger
from workflows.unseen import unseen

LONGEST_ANSWER = 12_000
LONGEST_REMARK = 2_000
MOST_REFERENCES = 20


def plan(plan: Plan, digest: str) -> str:
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


def answer(trigger: Trigger, answer: Answer, sha: str) -> str:
    lines = [f"@{trigger.actor.login} asked:", quoted(trigger.context), "", defused(_long(answer.answer))]
    hidden = unseen(trigger.issue.title, trigger.issue.body, trigger.context)
    if answer.references:
        lines += ["", *(_reference(trigger, found.path, found.line, found.shows, sha)
                        for found in answer.references[:MOST_REFERENCES])]  # fmt: skip
    foot = "<sub>Written by a model, which read the code and ran nothing.</sub>"
    return "\n".join([*lines, *hidden_text(hidden), "", foot])


def review(summary: str, others: Sequence[Remark], hidden: Sequence[str]) -> str:
    elsewhere = [
        f"- `{code(remark.path)}:{remark.line}` {defused(clipped(one_line(remark.body), LONGEST_REMARK))}"
        for remark in others
    ]
    said = [quoted(summary), *(["", "Beside the lines of the change:", *elsewhere] if elsewhere else [])]
    foot = "<sub>Written by a model. It neither approves nor blocks.</sub>"
    return "\n".join(["### Redfirst: a review", "", *said, *hidden_text(hidden), "", foot])


def remark(body: str) -> str:
    return defused(clipped(body, LONGEST_REMARK))


def _reference(trigger: Trigger, path: str, line: int, shows: str, sha: str) -> str:
    """A link to GitHub, made of what we know: a model's own text becomes no link."""
    root = trigger.issue.url.partition("/issues/")[0].partition("/pull/")[0]
    where = f"{code(path)}:{line}"
    shown = defused(one_line(shows))
    if not root.startswith("https://") and not root.startswith("http://"):
        return f"- `{where}` {shown}"
    return f"- [`{where}`]({root}/blob/{sha}/{quote(path)}#L{line}) {shown}"


def _long(text: str) -> str:
    return clipped(text, LONGEST_ANSWER)
