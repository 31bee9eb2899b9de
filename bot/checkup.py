"""What `doctor` looks at, one thing after the other; one that is broken hides no other."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable

from bot.release import release
from bot.settings import Settings, load
from workflows.errors import OperatorProblem, Problem
from workflows.ports.frozen import Frozen

NEWEST = 1000
"""Deliveries that are looked at: what failed long ago is nobody's concern any more."""


class Finding(Frozen):
    name: str
    ok: bool
    said: str


async def check_up() -> list[Finding]:
    findings = [Finding(name="redfirst", ok=True, said=release())]
    try:
        settings = load()
    except OperatorProblem as problem:
        return [*findings, Finding(name="settings", ok=False, said=problem.sentence)]
    findings.append(Finding(name="settings", ok=True, said=f"data in {settings.data_dir}"))
    for name, check in _CHECKS.items():
        try:
            findings.append(Finding(name=name, ok=True, said=await check(settings)))
        except Problem as problem:
            findings.append(Finding(name=name, ok=False, said=problem.sentence))
    return findings


async def _rules(_settings: Settings) -> str:
    from bot.rules import bundle

    return f"valid, digest {bundle().digest[:12]}"


async def _store(settings: Settings) -> str:
    from bot.store.maintenance.check import undurable
    from bot.store.maintenance.place import place_at
    from bot.wiring import store_of

    async with store_of(settings) as store:
        said = await store.check()
    weak = await asyncio.to_thread(undurable, place_at(settings.store_url))
    if weak:
        raise OperatorProblem(f"{said}: a power cut can lose what was acknowledged: {'; '.join(weak)}")
    return said


async def _runs(settings: Settings) -> str:
    """What waits for a person without anybody having meant it to."""
    from bot.migrating import waiting
    from bot.wiring import store_of

    async with store_of(settings) as store:
        dead, stranded = await store.dead_letters(), await waiting(store)
        going = len(await store.live_runs())
    if dead:
        raise OperatorProblem("some fail each time that they are tried: see `redfirst dead list`")
    if stranded:
        raise OperatorProblem("some cannot go on with this release: see `redfirst runs migrate`")
    return f"{going} under way or waiting, none put aside"


async def _deliveries(settings: Settings) -> str:
    """No fault of a part of ours, mostly: but what failed waits for somebody to mend the cause."""
    from bot.store.port import DeliveryState
    from bot.wiring import store_of

    async with store_of(settings) as store:
        newest = await store.deliveries(NEWEST)
    failed = sum(one.state is DeliveryState.FAILED for one in newest)
    if not failed:
        return f"{len(newest)} looked at, none failed"
    return f"{failed} of the newest {len(newest)} failed: see `redfirst deliveries list --state failed`"


async def _bus(settings: Settings) -> str:
    from bot.bus import open_bus

    if not settings.nats_url:
        from bot.bus.server import find

        return f"private nats-server, {find(None)}"
    bus = open_bus(settings.nats_url, settings.data_dir)
    await bus.open()
    try:
        return "; ".join([await bus.check(), *await bus.worries()])
    finally:
        await bus.close()


async def _sandbox(settings: Settings) -> str:
    from bot.wiring import sandboxes_of

    sandboxes = await sandboxes_of(settings, trusted=False)
    try:
        return await sandboxes.check()
    finally:
        await sandboxes.close()


async def _model(settings: Settings) -> str:
    from bot.models.keys import need_models

    routes = {route: chain[0] for route, chain in need_models(settings).items()}
    names = sorted(set(routes.values()))
    said = names[0] if len(names) == 1 else ", ".join(f"{route}: {name}" for route, name in routes.items())
    return f"{said}; {settings.model_fallback} stands in" if settings.model_fallback else said


async def _github(settings: Settings) -> str:
    from bot.github.forge import GitHubForge

    return await GitHubForge(settings).check()


async def _webhook(settings: Settings) -> str:
    return f"secrets set: {len(settings.webhook_secrets())}"


async def _git(_settings: Settings) -> str:
    found = shutil.which("git")
    if found is None:
        raise OperatorProblem("git is not installed; `redfirst fix --repo` needs it")
    return found


_CHECKS: dict[str, Callable[[Settings], Awaitable[str]]] = {
    "rules": _rules,
    "store": _store,
    "runs": _runs,
    "deliveries": _deliveries,
    "bus": _bus,
    "sandbox": _sandbox,
    "model": _model,
    "github": _github,
    "webhook": _webhook,
    "git": _git,
}
