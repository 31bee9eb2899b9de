"""Builds every port once. What is chosen by settings is chosen here, and nowhere else."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import secrets
import socket
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from bot.baselines import FolderBaselines
from bot.blobs import FolderBlobs
from bot.breakers import Breakers
from bot.bus.port import Bus
from bot.effects import Door
from bot.forge import WritableForge
from bot.ledger import StoreLedger
from bot.messages import replies
from bot.messages.words import Messages
from bot.models.keys import ROUTES
from bot.models.routes import Models
from bot.reacting.ground import Ground
from bot.reactions import Reactions
from bot.release import release
from bot.rules import bundle
from bot.sandboxes.egress.config import Egress
from bot.sandboxes.environments import DAY, Keeping
from bot.settings import Settings
from bot.starting import new_run
from bot.store.port import Store
from bot.telemetry.traces import NoTracer, OtlpTracer, Tracer
from bot.worker import Worker
from handlers.house import House
from policies.gate import Gate
from policies.redaction import Redactor
from workflows.errors import OperatorProblem
from workflows.ports.all import Ports
from workflows.ports.sandbox import Sandboxes

log = logging.getLogger("redfirst.bus")


@dataclass(frozen=True, slots=True)
class Plant:
    """Everything that works on runs, in one process."""

    store: Store
    blobs: FolderBlobs
    model: Models
    ports: Ports
    reactions: Reactions
    tracer: Tracer

    def worker(self, settings: Settings, bus: Bus, at_once: int) -> Worker:
        return Worker(
            name=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}",
            store=self.store,
            bus=bus,
            reactions=self.reactions,
            ports=self.ports,
            tracer=self.tracer,
            at_once=at_once,
            per_tenant=settings.tenant_runs,
            lease_seconds=settings.lease_seconds,
            sweep_seconds=settings.sweep_seconds,
        )


@contextlib.asynccontextmanager
async def store_of(settings: Settings) -> AsyncGenerator[Store]:
    from bot.store import store_at

    make_data_dir(settings)
    store = store_at(settings.store_url, blobs_of(settings))
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def bus_of(settings: Settings) -> AsyncGenerator[Bus]:
    from bot.bus import open_bus

    bus = open_bus(settings.nats_url or None, settings.data_dir)
    await bus.open()
    try:
        for worry in await bus.worries():
            log.warning("%s", worry)
        yield bus
    finally:
        await bus.close()


def door_of(store: Store, forge: WritableForge, settings: Settings, gate: Gate | None = None) -> Door:
    return Door(gate or Gate(bundle()), forge, store, new_run, Redactor(settings.secrets()))


@contextlib.asynccontextmanager
async def plant(
    settings: Settings,
    store: Store,
    forge: WritableForge,
    *,
    breakers: Breakers | None = None,
    trusted: bool = False,
    in_job: bool = False,
    pool: int = 0,
) -> AsyncGenerator[Plant]:
    """`trusted` says that the code to run is the user's own: then bubblewrap will do. `in_job` says that we
    run inside a job of the repository. `pool` is how many sandboxes are kept ready, by who stays."""
    breakers = breakers or Breakers()
    sandboxes = await sandboxes_of(settings, breakers, trusted=trusted, pool=pool)
    tracer = (
        OtlpTracer(settings.otlp_endpoint, Redactor(settings.secrets()))
        if settings.otlp_endpoint
        else NoTracer()
    )
    gate = Gate(bundle())
    door = door_of(store, forge, settings, gate)
    model = Models(settings, breakers)
    blobs = blobs_of(settings)
    ports = Ports(
        forge=forge,
        effects=door,
        sandboxes=sandboxes,
        model=model,
        blobs=blobs,
        words=Messages(in_job=in_job),
        ledger=StoreLedger(store),
        baselines=FolderBaselines(settings.data_dir / "baselines"),
        # A provider has templates of its own, and knows nothing of our images.
        image="" if settings.sandbox in {"e2b", "daytona"} else settings.sandbox_image,
        allowance=settings.allowance(),
    )
    ground = Ground(
        house=House(
            label=settings.label,
            bot_id=settings.bot_id,
            app=settings.github_app_id,
            verify_again=settings.verify_again,
            in_job=in_job,
        ),
        store=store,
        effects=door,
        forge=forge,
        blobs=blobs,
        config=replies.config(
            settings.label, _model_names(settings), gate.digest, release(), ports.allowance
        ),
    )
    try:
        yield Plant(store, blobs, model, ports, Reactions(ground), tracer)
    finally:
        tracer.close()
        await sandboxes.close()
        await forge.close()


def _model_names(settings: Settings) -> dict[str, str]:
    return {route: settings.model_for(route) for route in ROUTES} if settings.model else {}


def blobs_of(settings: Settings) -> FolderBlobs:
    return FolderBlobs(settings.blobs_dir)


async def sandboxes_of(
    settings: Settings, breakers: Breakers | None = None, *, trusted: bool, pool: int = 0
) -> Sandboxes:
    from bot.sandboxes.detect import choose
    from bot.sandboxes.process.sandboxes import ProcessSandboxes

    if settings.sandbox == "e2b" or settings.sandbox == "daytona":
        from bot.sandboxes.remote.hosted import hosted

        return hosted(settings.sandbox, settings, breakers)
    chosen = await choose(
        settings.sandbox,
        image=settings.sandbox_image,
        host=settings.docker_host,
        runtime=settings.sandbox_runtime,
        pool=pool,
        breakers=breakers,
        root=settings.data_dir / "sandboxes",
        # So that the sandboxes of two installations on one engine are told apart.
        instance=hashlib.sha256(settings.store_url.encode()).hexdigest()[:12],
        python_prefixes=_pythons(settings),
        egress=_egress(settings),
        keeping=_keeping(settings),
    )
    if isinstance(chosen, ProcessSandboxes) and not (trusted or settings.allow_process_sandbox):
        raise OperatorProblem(
            "no Docker engine answers, and bubblewrap alone is not for strangers' code: start an engine, "
            "or set REDFIRST_ALLOW_PROCESS_SANDBOX=true if you trust everyone who can open an issue"
        )
    return chosen


def _egress(settings: Settings) -> Egress:
    return Egress(
        image=settings.egress_image,
        network=settings.egress_network,
        internal=settings.internal_hosts(),
        ca=_certificates(settings),
    )


def _certificates(settings: Settings) -> bytes:
    try:
        return Path(settings.ca_bundle).read_bytes() if settings.ca_bundle else b""
    except OSError as error:
        raise OperatorProblem(f"cannot read {settings.ca_bundle}: {error.strerror}") from error


def _keeping(settings: Settings) -> Keeping:
    return Keeping(
        count=settings.environments,
        bytes=int(settings.environments_gb * 1e9),
        seconds=settings.environments_days * DAY,
    )


def _pythons(settings: Settings) -> list[Path]:
    """What bubblewrap shows of this machine's Pythons: the one named in the settings, else a bare one."""
    from bot.sandboxes.process.bare_python import bare_python

    if settings.sandbox_python is None:
        return [bare_python(settings.data_dir), Path(sys.base_prefix)]
    return [settings.sandbox_python, base_of(settings.sandbox_python)]


def base_of(environment: Path) -> Path:
    """The installation that a virtual environment was made from."""
    try:
        said = (environment / "pyvenv.cfg").read_text()
    except OSError as error:
        raise OperatorProblem(f"{environment} is not a virtual environment of Python") from error
    home = next((line.partition("=")[2].strip() for line in said.splitlines() if line.startswith("home")), "")
    return Path(home).parent


def make_data_dir(settings: Settings) -> None:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise OperatorProblem(
            f"cannot make {settings.data_dir}: {error.strerror}; set REDFIRST_DATA_DIR to another place"
        ) from error
