"""What we say to our guest in a machine, and hear of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from pathlib import Path

from bot.sandboxes.remote import guest
from bot.sandboxes.remote.frames import End, Frames
from bot.sandboxes.remote.guest import places
from bot.sandboxes.remote.host import Machine
from workflows.errors import Gone, SandboxBroken
from workflows.printed import Collector

STOP_SECONDS = 20.0
_CHORE_SECONDS = 300.0
_START = f"import sys; sys.path.insert(0, '{places.INBOX}'); from guest.main import main; main()"
# A provider's agent need not be root, but then it may become it.
_AS_ROOT = '$(test "$(id -u)" = 0 || echo sudo -n)'


class Mute(SandboxBroken):
    """It was started, and said nothing that it should have."""


class Guest:
    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    async def move_in(self) -> None:
        await self.send(await asyncio.to_thread(_baggage))

    async def send(self, files: Mapping[str, bytes]) -> None:
        """Files by their names in its inbox."""
        inbox = {f"{places.INBOX}/{name}": content for name, content in files.items()}
        await self._reached(self._machine.put(inbox))

    async def ask(
        self, verb: str, name: str, frames: Frames | None = None, *, seconds: float = _CHORE_SECONDS
    ) -> End:
        frames = frames or Frames(Collector(1024), Collector(1024))
        line = f'{_AS_ROOT} python3 -I -S -c "{_START}" {verb} {name}'
        await self._reached(self._machine.run(line, frames.hear, seconds=seconds))
        if frames.end is None:
            raise Mute(f"The sandbox {self._machine.known.id} did not say how its command ended.")
        return frames.end

    async def stop(self, name: str) -> bool:
        """Whether it could end all that a command began."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                return (await self.ask("stop", name, seconds=STOP_SECONDS)).code == 0
        except (TimeoutError, SandboxBroken):
            return False

    async def _reached(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Gone as gone:
            raise SandboxBroken(f"The sandbox {self._machine.known.id} is gone.") from gone


def _baggage() -> dict[str, bytes]:
    """The package as it is sent."""
    return {f"guest/{file.name}": file.read_bytes() for file in Path(guest.__file__).parent.glob("*.py")}
