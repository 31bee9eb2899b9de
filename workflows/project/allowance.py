"""What an operator lets repositories ask for; if nothing is said, that is the known registries."""

from __future__ import annotations

from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict

from policies.hosts import strangers
from workflows.project.hosts import KNOWN
from workflows.project.model import Project, Text
from workflows.proof.mode import DiagnosticsMode, WitnessMode


class Allowance(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    images: tuple[str, ...] = ()
    """Names that may have wildcards, such as `ghcr.io/acme/*`."""
    hosts: tuple[str, ...] = ()
    """As `name`, `*.name` or `name:port`, beside the registries that are known."""
    witness: WitnessMode | None = None
    """The least that counts. None where nothing was set: then a repository decides."""
    diagnostics: DiagnosticsMode | None = None
    """The same of linters and type checkers."""


def within(project: Project, allowance: Allowance) -> Project:
    """The project with what it may have of what it asks for; a note says what was left out."""
    notes = list(project.notes)
    image = project.image
    if image.value and not any(fnmatchcase(image.value, pattern) for pattern in allowance.images):
        notes.append(
            f"the image {image.value} of {image.source} may not be used here, so the usual one is; "
            "whoever runs this bot can allow it"
        )
        image = Text()
    strange = strangers([host.value for host in project.hosts], (*KNOWN, *allowance.hosts))
    hosts = tuple(host for host in project.hosts if host.value not in strange)
    notes += [
        f"set-up may not talk to {host.value}, which {host.source} names; whoever runs this bot can allow it"
        for host in project.hosts
        if host not in hosts
    ]
    return project.model_copy(update={"image": image, "hosts": hosts, "notes": tuple(notes)})
