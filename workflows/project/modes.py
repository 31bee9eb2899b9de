"""How much of the proof counts here, of what the repository and its operator say."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.project.allowance import Allowance
from workflows.project.config import PLACE
from workflows.project.model import USUAL, Claim, Project
from workflows.proof.mode import Mode, counts

OPERATOR = "whoever runs this bot"


def held(project: Project, claims: Sequence[Claim], allowance: Allowance) -> Project:
    """The project with what counts; a note says where it is more than the repository asks for."""
    asked = next((claim.witness for claim in reversed(claims) if claim.witness is not None), None)
    witness, witness_source = _settled(allowance.witness, asked, project.witness)
    looks = next((claim.diagnostics for claim in reversed(claims) if claim.diagnostics is not None), None)
    diagnostics, diagnostics_source = _settled(allowance.diagnostics, looks, project.diagnostics)
    said = (("witness", asked, witness), ("diagnostics", looks, diagnostics))
    more = tuple(
        f"{PLACE} asks for `{name}: {wanted}`, and {OPERATOR} for `{counted}`, which counts"
        for name, wanted, counted in said
        if wanted not in {None, counted}
    )
    return project.model_copy(
        update={
            "witness": witness,
            "witness_source": witness_source,
            "diagnostics": diagnostics,
            "diagnostics_source": diagnostics_source,
            "notes": (*project.notes, *more),
        }
    )


def _settled(least: Mode | None, asked: Mode | None, usual: Mode) -> tuple[Mode, str]:
    """And who says so."""
    counted = counts(least, asked, usual)
    if asked is not None and asked == counted:
        return counted, PLACE
    return counted, USUAL if least is None else OPERATOR
