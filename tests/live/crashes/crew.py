"""Workers as a test sees them: begun, killed, frozen, and followed by new ones."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.live.crashes import nursery
from tests.live.crashes.ledger import Ledger, Line, What
from tests.live.crashes.life import Orders
from tests.services.child import until_we_die

ROOT = Path(__file__).parents[3]


@dataclass(eq=False)
class Life:
    who: str
    pid: int
    code: int | None = None
    """How it ended: a negative one is a signal, as elsewhere."""
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def lives(self) -> bool:
        return self.code is None

    async def ended(self) -> int | None:
        await self._over.wait()
        return self.code

    def end(self, code: int) -> None:
        self.code = code
        self._over.set()

    def freeze(self) -> None:
        self._tell(signal.SIGSTOP)

    def thaw(self) -> None:
        self._tell(signal.SIGCONT)

    def kill(self, ledger: Ledger) -> None:
        # Written before, so that whatever others do because of it comes after.
        ledger.say(Line(self.who, What.KILLED))
        self._tell(signal.SIGKILL)

    def _tell(self, word: signal.Signals) -> None:
        # It may have died just now, by order, and we have not heard of it yet.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, word)


class Crew:
    def __init__(self, program: asyncio.subprocess.Process, log: Path, orders: Orders) -> None:
        self._program = program
        self._log = log
        self._orders = orders
        self._ledger = Ledger(Path(orders.ledger))
        self._numbers = itertools.count(1)
        self.kills = 0
        self._begins: dict[str, asyncio.Future[Life]] = {}
        self._lives: dict[int, Life] = {}
        self.listening = asyncio.create_task(self._listen())

    @property
    def alive(self) -> list[Life]:
        return [life for life in self._lives.values() if life.lives]

    async def begin(self, **otherwise: object) -> Life:
        assert self._program.stdin
        who = f"w{next(self._numbers)}"
        orders = self._orders.model_copy(update={**otherwise, "who": who})
        self._begins[who] = asyncio.get_running_loop().create_future()
        self._program.stdin.write(orders.model_dump_json().encode() + b"\n")
        return await self._begins[who]

    async def keep_up(self, **otherwise: object) -> None:
        """One worker for ever: whoever is killed is followed at once. Whoever ends otherwise is a bug."""
        while True:
            life = await self.begin(**otherwise)
            assert await life.ended() == -signal.SIGKILL, self.words()

    async def kill_one(self, chance: Random) -> bool:
        """Nobody may be alive just now."""
        alive = self.alive
        if not alive:
            return False
        life = chance.choice(alive)
        life.kill(self._ledger)
        self.kills += 1
        await life.ended()
        return True

    def words(self) -> str:
        return self._log.read_text(errors="replace")[-6000:]

    async def _listen(self) -> None:
        assert self._program.stdout
        async for line in self._program.stdout:
            match line.decode().split():
                case [nursery.BEGUN, who, pid]:
                    life = self._lives[int(pid)] = Life(who, int(pid))
                    waiting = self._begins.pop(who)
                    if not waiting.cancelled():
                        waiting.set_result(life)
                case [nursery.ENDED, pid, code]:
                    self._lives.pop(int(pid)).end(int(code))
                case said:
                    raise AssertionError(said)


@contextlib.asynccontextmanager
async def crew_of(orders: Orders, log: Path) -> AsyncGenerator[Crew]:
    """Workers that all have the same orders, but for what is said when they begin."""
    # Not measured for coverage: those who are killed have nothing to say, and it makes all others slow.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    with log.open("ab") as errors:
        program = await asyncio.create_subprocess_exec(
            *(*until_we_die("KILL"), sys.executable, "-m", nursery.__name__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env=clean,
        )
    crew = Crew(program, log, orders)
    try:
        yield crew
    finally:
        # Its children go with it, the frozen ones too.
        program.kill()
        await program.wait()
        await crew.listening
