"""`redfirst prove`: a change that people have made, from red to its controls, in sandboxes of theirs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import settings as configuration
from bot.local import git
from bot.local.forge import LocalForge
from bot.local.places import Place, harness_at
from bot.local.project import root_of
from bot.release import release
from bot.wiring import sandboxes_of
from workflows.difference import patch_between
from workflows.errors import UserProblem
from workflows.project import asked
from workflows.project.detect import detect
from workflows.proof.proving import About, Trial, on_base, parted, prove
from workflows.proof.statement import Proof
from workflows.proof.suite import Suite
from workflows.steps.prepare import runner_of
from workflows.tree import unpack
from workflows.trigger import Tenant

_TRUNKS = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
NAMED = 5


@dataclass(frozen=True, slots=True)
class Asked:
    repo: Path
    base: str
    """A branch or commit; empty is the trunk, by the names that trunks have."""
    head: str
    issue: str
    options: asked.Options


async def prove_change(of: Asked) -> AsyncGenerator[Trial | Proof]:
    settings, root = configuration.load(), root_of(of.repo)
    head = await git.sha_of(root, of.head)
    base = await git.fork_point(root, await _trunk(root, of.base), head)
    if base == head:
        raise UserProblem(f"{of.head} adds no commit to its base {base[:12]}; name another with --base")
    forge, here = LocalForge(root, settings.data_dir / "proposals"), Tenant(repository=f"local/{root.name}")
    before, after = unpack(await forge.tarball(here, base)), unpack(await forge.tarball(here, head))
    claim = asked.claim(of.options, asked.COMMAND_LINE)
    project = detect(before, asked=claim, issue=of.issue, allowance=settings.allowance())
    runner = runner_of(project, before)
    change = parted(patch_between(before, after), Suite(runner, project.path.value))
    yield Trial(
        "change",
        f"{base[:12]} to {head[:12]}: {_named('test', change.test.paths())}; "
        f"{_named('fix', change.fix.paths())}",
    )
    about = About(here.repository, base, head, project, release(), of.issue, project.diagnostics)
    sandboxes = await sandboxes_of(settings, trusted=True)
    try:
        place = Place(sandboxes, here.repository, settings.sandbox_image)
        ground = await on_base(await harness_at(place, project, runner, before))
        async for said in prove(ground, change, about):
            yield said
    finally:
        await sandboxes.close()


async def _trunk(root: Path, named: str) -> str:
    if named:
        return await git.sha_of(root, named)
    for name in _TRUNKS:
        try:
            return await git.sha_of(root, name)
        except git.GitFailed:
            continue
    raise UserProblem(f"{root} has none of {', '.join(_TRUNKS)}; name the base with --base")


def _named(what: str, paths: Sequence[str]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return f"{what} {', '.join(paths[:NAMED])}{more}" if paths else f"no {what}"
