"""What a local repository is, at the commit that is checked out: read from git's objects, never from disk."""

from __future__ import annotations

from pathlib import Path

from bot.local.forge import LocalForge
from bot.settings import load
from workflows.errors import UserProblem
from workflows.project import asked
from workflows.project.detect import detect
from workflows.project.model import Project
from workflows.project.unfit import Unfit
from workflows.steps.prepare import runner_of
from workflows.tree import unpack
from workflows.trigger import Tenant


def root_of(repo: Path) -> Path:
    root = repo.resolve()
    if not (root / ".git").exists():
        raise UserProblem(f"{root} is not the top of a git repository")
    return root


async def project_at(repo: Path, options: asked.Options) -> Project:
    root = root_of(repo)
    forge, here = LocalForge(root, root), Tenant(repository=f"local/{root.name}")
    tree = unpack(await forge.tarball(here, (await forge.head(here)).sha))
    claim = asked.claim(options, asked.COMMAND_LINE)
    project = detect(tree, asked=claim, allowance=load().allowance())
    try:
        runner_of(project, tree)
    except Unfit as unfit:
        return project.model_copy(update={"notes": (*project.notes, unfit.sentence)})
    return project
