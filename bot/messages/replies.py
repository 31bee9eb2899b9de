"""What is answered to a command that asks for words alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.harmless import code
from bot.messages import evidence, notices
from bot.messages.parts import run_line
from bot.store.port import Run
from handlers.decision import Reply, Topic
from workflows.ports.ledger import Spent
from workflows.project.allowance import Allowance

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
            return notices.no_memory(reply.said)
        case Topic.FORGET:
            return (
                "There is nothing to forget: I remember nothing from one run to the next. What a run did is "
                "in its journal, which whoever runs this bot can remove with `redfirst store prune`."
            )
        case Topic.NOT_HERE:
            return notices.not_here(reply.said)
        case Topic.WORDS_MISSING:
            return _WORDS_MISSING.get(reply.said, "Say a little more.")
        case Topic.UNKNOWN_VERB:
            return f"I do not know `{code(reply.said)}`. Did you mean `/agent {reply.nearest}`?\n\n{_HELP}"
        case Topic.UNKNOWN_OPTION:
            meant = f" Did you mean `--{reply.nearest}`?" if reply.nearest else ""
            return f"I do not know the option `{code(reply.said)}`.{meant}\n\n{_HELP}"
        case Topic.HELP:
            return _HELP


def config(label: str, models: Mapping[str, str], rules: str, release: str, allowance: Allowance) -> str:
    """What is in effect here, without anything that is secret."""
    rows = {"label": label, **{f"model, {route}": name for route, name in models.items()}}
    rows |= {"witness": _least(allowance.witness), "checkers": _least(allowance.diagnostics)}
    rows |= {"rules": rules[:12], "release": release}
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | `{code(said)}` |" for name, said in rows.items())])


def _least(mode: str | None) -> str:
    return f"at least {mode}" if mode is not None else "as .github/redfirst.yml says"


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
    cost = evidence.cost(spent)
    said = f"The run is **{run.status}**, at `{run.path or run.workflow}`"
    return f"{said}{f', {cost}' if cost else ''}.\n\n{run_line(run.id)}"


def _budget(run: Run | None, spent: Spent) -> str:
    if run is None:
        return "Nothing has been spent here: there has been no run."
    return f"{evidence.cost(spent) or 'No model was asked so far'}.\n\n{run_line(run.id)}"
