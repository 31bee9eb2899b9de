"""`redfirst verify proof.json --repo .`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.going import go


def verify(
    proof: Annotated[Path, typer.Argument(help="As `redfirst runs show RUN --proof` prints it, or signed.")],
    repo: Annotated[Path, typer.Option(help="A clone of the repository that has the base.")] = Path(),
    key: Annotated[Path | None, typer.Option(help="A public key, as PEM, that must have signed it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Run everything in a proof again: it agrees, or says where not."""
    raise SystemExit(go(_verify(proof, repo, key, as_json=as_json), as_json=as_json))


async def _verify(file: Path, repo: Path, key: Path | None, *, as_json: bool) -> int:
    from bot.cli.showing import console, safe
    from bot.local.verifying import verify_proof

    checks = [check async for check in verify_proof(file, repo, key)] if as_json else []
    if as_json:
        agrees = all(check.agrees for check in checks)
        said = [check.model_dump() for check in checks]
        typer.echo(json.dumps({"ok": agrees, "agrees": agrees, "checks": said}))
        return 0 if agrees else 1
    agrees, to = True, console()
    async for check in verify_proof(file, repo, key):
        agrees = agrees and check.agrees
        first, _, rest = check.said.partition("\n")
        to.print(f"{'agrees' if check.agrees else 'DIFFERS':<8} {check.name:<12} {safe(first)}", markup=False)
        for line in rest.splitlines() if not check.agrees else ():
            to.print(safe(line), markup=False)
    to.print("the proof agrees" if agrees else "the proof does not agree", markup=False)
    return 0 if agrees else 1
