"""Set-ups under bubblewrap: one for each key, and what they leave in a folder that later ones are shown."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.sandboxes import environments
from bot.sandboxes.command import USER
from bot.sandboxes.egress.config import Egress
from bot.sandboxes.egress.denied import about_denied, hosts_of
from bot.sandboxes.egress.relay import PORT
from bot.sandboxes.environments import KEPT, KEPT_WORKSPACE, Keeping, Kept
from bot.sandboxes.process import egress
from bot.sandboxes.process.inside import ENVIRONMENT
from bot.sandboxes.process.sandbox import ProcessSandbox
from bot.sandboxes.setting_up import CA_FILE, furnish, measured, strip, variables
from workflows.errors import Gone, Problem, UserProblem
from workflows.ports.sandbox import WORKSPACE, Environment, SandboxSpec, SetUp

_ABOUT = "about.json"
_SECONDS = 300.0
_ASK_AGAIN_SECONDS = 0.2
_KEPT = TypeAdapter(Kept)
_KEEP = f"cp -a --reflink=auto {WORKSPACE}/. {KEPT_WORKSPACE}"
_WIPE = f"chmod -R u+rwX {KEPT}/* 2>/dev/null; find {KEPT} -mindepth 2 -delete"


@dataclass(frozen=True)
class ProcessSetUps:
    root: Path
    begin: Callable[[SandboxSpec, Path | None], Awaitable[ProcessSandbox]]
    """A sandbox with an environment, or none."""
    egress: Egress
    keeping: Keeping

    async def set_up(self, spec: SandboxSpec, packed: bytes, setup: SetUp, base: str) -> Environment:
        """`base` is what this machine shows to sandboxes, in place of an image."""
        key = environments.key_of("", spec, base, setup)
        async with self._alone(key):
            with contextlib.suppress(Gone):
                await self.use(spec.model_copy(update={"environment": key}))
                return Environment(id=key)
            sandbox = await self.begin(spec, None)
            try:
                made = await self._made(sandbox, key, spec, packed, setup)
            except BaseException:
                with contextlib.suppress(Problem):
                    await sandbox.exec(["sh", "-c", _WIPE], timeout=_SECONDS)
                raise
            finally:
                await sandbox.destroy()
        await asyncio.to_thread(self.trim)
        return made

    async def use(self, spec: SandboxSpec) -> Path:
        """The folder of one that is there, and is now the last that would be taken away; Gone else."""
        kept = await asyncio.to_thread(self._kept, self.root / spec.environment)
        if kept is None or kept.tenant != spec.tenant:
            raise Gone(f"The environment {spec.environment[:12]} is no longer here.")
        await asyncio.to_thread(os.utime, self.root / kept.key / _ABOUT)
        return self.root / kept.key / ENVIRONMENT

    def trim(self) -> Sequence[Kept]:
        """Takes away what is too old, too much or too many; what went. It blocks."""
        found = [kept for kept in map(self._kept, self.root.glob("*")) if kept]
        used = {link.resolve().parent.name for link in self.root.parent.glob(f"rf-*/{ENVIRONMENT}")}
        going = [
            one for one in environments.superfluous(found, self.keeping, time.time()) if one.key not in used
        ]
        for one in going:
            _remove(self.root / one.key)
        return going

    async def _made(
        self, sandbox: ProcessSandbox, key: str, spec: SandboxSpec, packed: bytes, setup: SetUp
    ) -> Environment:
        environment = sandbox.directory / ENVIRONMENT
        await asyncio.to_thread(_lay_out, environment)
        if self.egress.ca:
            await sandbox.write({CA_FILE: self.egress.ca})
        ca = bool(self.egress.ca)
        denied: tuple[str, ...] = ()
        if setup.hosts:
            async with egress.way_out(sandbox, setup.hosts, self.egress) as way:
                try:
                    env = variables(PORT, ca=ca)
                    log = await furnish(sandbox, packed, setup, env, through=way.through)
                except UserProblem as failed:
                    said = about_denied(way.denied())
                    raise UserProblem(f"{failed.sentence}\n{said}".strip()) from failed
                denied = hosts_of(way.denied())
        else:
            log = await furnish(sandbox, packed, setup, variables(None, ca=ca))
        await strip(sandbox, packed)
        size, files = await measured(sandbox)
        if size > self.keeping.each_bytes:
            raise UserProblem(f"The set-up leaves more than {self.keeping.each_bytes // 1024**2} MiB.")
        ran = await sandbox.exec(["sh", "-c", _KEEP], timeout=_SECONDS)
        if not ran.ok:
            raise UserProblem(f"What the set-up left cannot be kept: {ran.stderr.strip()[-500:]}")
        kept = Kept(key=key, tenant=spec.tenant, bytes=size, files=files, used=0)
        await asyncio.to_thread(self._place, environment, kept)
        return Environment(id=key, is_new=True, denied=denied, log=log)

    def _place(self, environment: Path, kept: Kept) -> None:
        """Complete before it has its name, so that a crash leaves none that is half made."""
        new = environment.parent / "made"
        new.mkdir()
        environment.rename(new / ENVIRONMENT)
        (new / _ABOUT).write_bytes(_KEPT.dump_json(kept))
        new.rename(self.root / kept.key)

    def _kept(self, folder: Path) -> Kept | None:
        try:
            kept = _KEPT.validate_json((folder / _ABOUT).read_bytes())
            used = (folder / _ABOUT).stat().st_mtime
        except (OSError, ValidationError):
            return None
        return Kept(folder.name, kept.tenant, kept.bytes, kept.files, used)

    @contextlib.asynccontextmanager
    async def _alone(self, key: str) -> AsyncGenerator[None]:
        """With no other process, nor task of this one, at the same key. It ends with who holds it."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.root / f".{key}.lock").open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await asyncio.sleep(_ASK_AGAIN_SECONDS)
            yield


def _lay_out(environment: Path) -> None:
    for folder in (environment, environment / "home", environment / "workspace"):
        folder.mkdir(mode=0o755)
        if os.geteuid() == 0 and folder != environment:
            os.chown(folder, USER, USER)


def _remove(folder: Path) -> None:
    """First its name, so that nobody finds half of it."""
    going = folder.with_name(f".{folder.name}.going")
    folder.rename(going)
    for place, folders, _ in os.walk(going):
        for name in folders:
            inner = Path(place, name)
            if not inner.is_symlink():
                inner.chmod(0o700)
    shutil.rmtree(going, ignore_errors=True)
