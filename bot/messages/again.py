"""What the check says of a pull request that is proved again: on which base, and what came of it."""

from __future__ import annotations

from bot.harmless import clipped, code, defused, fenced, unlinked
from bot.messages import evidence
from bot.messages.parts import one_line
from policies.effects import Conclusion
from workflows.case import Judged, Standing
from workflows.proof.statement import Proof

LONGEST_TITLE = 200
NAMED = 10
NEWER = "there is a newer commit"
"""Why a run makes way for another."""

_NEXT = (
    "The last proof still says what it was seen on. It is proved again with the next commit, or when the "
    "base moves."
)


def proving(standing: Standing) -> tuple[str, str]:
    title = "proving it again"
    return title, f"What would be merged now is proved from red to green once more, {_where(standing)}."


def proved_again(judged: Judged, proof: Proof | None) -> tuple[str, str]:
    standing = judged.standing
    if proof is not None:
        title, summary = evidence.check(proof)
        more = f"{_witness(proof)}{_beside(judged)}{_run(proof.run)}"
        return f"again: {title}", f"Proved again {_where(standing)}.\n\n{summary}\n{more}"
    if judged.conclusion is Conclusion.FAILURE:
        happened = f"{judged.stage}: {judged.said}"
        said = f"What would be merged now does not hold {_where(standing)}: **{defused(happened)}**."
        return _title(
            f"not proven any more: {happened}"
        ), f"{said}\n{_shown(judged.feedback)}\n{_beside(judged)}"
    return not_proved(judged.said)


def not_proved(why: str) -> tuple[str, str]:
    said = f"Nothing is known for it or against it: {defused(why)}.\n\n{_NEXT}"
    return _title(f"cannot be judged: {why}"), said


def stopped(reason: str) -> tuple[Conclusion, tuple[str, str]]:
    """What makes way for something newer needs nobody's attention."""
    if reason == NEWER:
        title, said = "there is something newer", "A newer commit, here or on the base, is proved instead."
        return Conclusion.NEUTRAL, (title, said)
    why = defused(one_line(reason))
    said = f"Whoever runs this bot stopped it: {why}. Nothing is known for it or against it."
    return Conclusion.CANCELLED, (_title(f"stopped: {reason}"), f"{said}\n\n{_NEXT}")


def _where(standing: Standing) -> str:
    return f"at {standing.head_sha[:12]} on `{code(standing.base_branch)}` at {standing.base_sha[:12]}"


def _witness(proof: Proof) -> str:
    if proof.witness is None or proof.witness.passed is not False:
        return ""
    return "⚠️ The independent test of the issue, by another author, fails with it now: look at it.\n"


def _beside(judged: Judged) -> str:
    if not judged.beside:
        return ""
    named = ", ".join(f"`{code(path)}`" for path in judged.beside[:NAMED])
    more = f" and {len(judged.beside) - NAMED} more" if len(judged.beside) > NAMED else ""
    return f"Beside the proven test, people changed {named}{more}: these count as they are now.\n"


def _shown(feedback: str) -> str:
    return fenced(feedback) if feedback else ""


def _run(run: str) -> str:
    return f"\n`redfirst runs show {run} --proof` prints the proof."


def _title(text: str) -> str:
    return clipped(unlinked(one_line(text)), LONGEST_TITLE)
