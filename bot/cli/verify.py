"""`redfirst verify proof.json --repo .`"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.going import go

if TYPE_CHECKING:
    from workflows.proof.verify import Check


def verify(
    proof: Annotated[Path, typer.Argument(help="As `redfirst runs show RUN --proof` prints it, or signed.")],
    repo: Annotated[Path, typer.Option(help="A clone of the repository that has the base.")] = Path(),
    key: Annotated[Path | None, typer.Option(help="A public key, as PEM, that must have signed it.")] = None,
    same_image: Annotated[
        bool, typer.Option("--same-image", help="Refuse another image than the proof's, by its digest.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Run everything in a proof again: it agrees, or says where not."""
    from bot.local.verifying import verify_proof

    checks = verify_proof(proof, repo, key, same_image=same_image)
    raise SystemExit(go(_in_json(checks) if as_json else _in_lines(checks), as_json=as_json))


async def _in_json(checks: AsyncGenerator[Check]) -> int:
    seen = [check async for check in checks]
    agrees = all(check.agrees for check in seen)
    typer.echo(json.dumps({"ok": agrees, "agrees": agrees, "checks": [check.model_dump() for check in seen]}))
    return 0 if agrees else 1


async def _in_lines(checks: AsyncGenerator[Check]) -> int:
    from bot.cli.showing import console, safe

    agrees, to = True, console()
    async for check in checks:
        agrees = agrees and check.agrees
        how = "note" if check.is_note else "agrees" if check.agrees else "DIFFERS"
        first, _, rest = check.said.partition("\n")
        to.print(f"{how:<8} {check.name:<12} {safe(first)}", markup=False)
        for line in rest.splitlines() if not check.agrees else ():
            to.print(safe(line), markup=False)
    to.print("the proof agrees" if agrees else "the proof does not agree", markup=False)
    return 0 if agrees else 1
