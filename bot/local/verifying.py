"""`redfirst verify`: a proof against a repository, in sandboxes of whoever asks."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path

from pydantic import ValidationError

from bot import settings as configuration
from bot.attesting import Envelope, opened
from bot.local.forge import LocalForge
from bot.local.git import GitFailed
from bot.local.places import Place, harness_at
from bot.local.project import root_of
from bot.wiring import sandboxes_of
from workflows.difference import changed
from workflows.errors import UserProblem
from workflows.proof.runners.detect import named
from workflows.proof.statement import Proof
from workflows.proof.verify import Check, verify
from workflows.tree import Tree, unpack
from workflows.trigger import Tenant

MOST_BYTES = 64 * 1024**2
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


async def verify_proof(
    file: Path, repo: Path, key: Path | None, *, same_image: bool
) -> AsyncGenerator[Check]:
    proof, sealed = read(file, key)
    if not _COMMIT.fullmatch(proof.base_sha) or not _COMMIT.fullmatch(proof.head_sha or proof.base_sha):
        # Git would take `main~2` for one as well, which is another tomorrow.
        raise UserProblem(f"{file} is no proof: it names its commits by something else than their ids")
    if sealed:
        yield Check(name="signature", agrees=True, said=sealed)
    settings, root = configuration.load(), root_of(repo)
    forge, here = LocalForge(root, settings.data_dir / "proposals"), Tenant(repository=proof.repository)
    try:
        base = unpack(await forge.tarball(here, proof.base_sha))
    except GitFailed as error:
        raise UserProblem(
            f"the base {proof.base_sha[:12]} is not in {root}: fetch it, such as by `git fetch --unshallow`"
        ) from error
    head = await _head(forge, here, proof, base)
    if head is not None:
        yield head
        if not head.agrees:
            return
    sandboxes = await sandboxes_of(settings, trusted=True)
    try:
        place = Place(sandboxes, proof.repository, settings.sandbox_image)
        harness = await harness_at(place, proof.project, named(proof.runner, proof.project), base)
        async for check in verify(harness, proof, same_image=same_image):
            yield check
    finally:
        await sandboxes.close()


def read(file: Path, key: Path | None) -> tuple[Proof, str]:
    """The proof in a file, and who signed it, where that was asked for."""
    try:
        with file.open("rb") as opened_file:
            text = opened_file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserProblem(f"{file} cannot be read: {error.strerror}") from error
    if len(text) > MOST_BYTES:
        raise UserProblem(f"{file} is larger than {MOST_BYTES} bytes: no proof is")
    try:
        told = json.loads(text)
        if isinstance(told, dict) and "payloadType" in told:
            statement, by = opened(Envelope.model_validate(told), key)
            return statement.predicate, by
        proof = Proof.model_validate(told)
    except (ValueError, ValidationError, RecursionError) as error:
        raise UserProblem(f"{file} is no proof: {str(error).splitlines()[0]}") from error
    if key is not None:
        raise UserProblem(f"{file} is not signed; `redfirst runs show RUN --attestation` prints what is")
    return proof, ""


async def _head(forge: LocalForge, here: Tenant, proof: Proof, base: Tree) -> Check | None:
    """None where the commit is not here: the patches are what is proven, and they are in the proof."""
    if not proof.head_sha:
        return None
    try:
        head = unpack(await forge.tarball(here, proof.head_sha))
    except GitFailed:
        return None
    try:
        # The base may have gone on since the commit was made, which then has not all of it.
        fork = unpack(await forge.tarball(here, await forge.grown_from(proof.base_sha, proof.head_sha)))
    except GitFailed:
        return Check(name="head", agrees=False, said=f"{proof.head_sha[:12]} did not grow from the base")
    patches = proof.fix.merged(proof.test).merged(proof.beside)
    about = changed(fork, head) | set(patches.paths())
    other = sorted(changed(base.with_patch(patches), head) & about)
    said = f"{proof.head_sha[:12]} differs in {', '.join(other[:3])}" if other else "the base and its patches"
    return Check(name="head", agrees=not other, said=said)
