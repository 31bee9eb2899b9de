"""Commands in a container by way of one shell that stays there: no engine call for each, only bytes.

What comes back is read as hostile: nothing counts but what stands between two words that only we and the
shell know, and those of one command are of no use to anybody once it has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Mapping, Sequence

from bot.sandboxes.command import USER
from bot.sandboxes.docker import execs
from bot.sandboxes.docker.between import Between
from bot.sandboxes.docker.engine import Engine
from bot.sandboxes.docker.shell import FIRST, PLACE, RUNNER, Words, request
from workflows.errors import OperatorProblem, SandboxBroken
from workflows.printed import Collector

log = logging.getLogger("redfirst.sandboxes")

_USER = f"{USER}:{USER}"
_READY_SECONDS = 30.0
_MOST_SAID = 4096
_DRAINED_SECONDS = 0.2


class NotBegun(Exception):
    """The shell ended before it took the command up: another one can."""


class Died(Exception):
    """The shell ended while the command ran."""


class Runner:
    def __init__(
        self,
        engine: Engine,
        exec_id: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ending: contextlib.AsyncExitStack,
    ) -> None:
        self._engine = engine
        self._exec_id = exec_id
        self._reader = reader
        self._frames = execs.frames(reader)
        self._writer = writer
        self._ending = ending
        self._word = ""
        self._lasts = False
        self.usable = True
        """For one more command."""

    @classmethod
    async def open(cls, engine: Engine, container: str, *, first: bool = False) -> Runner:
        """A shell that waits for commands, once it has killed all else of its user."""
        argv = ["sh", "-c", FIRST, "sh", RUNNER] if first else [f"{PLACE}/sh", "-c", RUNNER]
        api = engine.client.api
        created = await engine.call(
            lambda: api.exec_create(container, argv, stdin=True, user=_USER, workdir="/")
        )
        exec_id = str(created["Id"])
        async with contextlib.AsyncExitStack() as ending:
            reader, writer = await ending.enter_async_context(engine.attached(exec_id))
            runner = cls(engine, exec_id, reader, writer, ending)
            try:
                async with asyncio.timeout(_READY_SECONDS):
                    await runner._greet()
            except TimeoutError as late:
                raise SandboxBroken(f"No shell answers in the sandbox {container[:12]}.") from late
            runner._ending = ending.pop_all()
            return runner

    async def run(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        stdin: bytes,
        out: Collector,
        err: Collector,
        *,
        unchanged: bool = False,
    ) -> int | None:
        """The exit code, once nothing else of the command's user lives.

        Whoever cancels this has to open another shell, which kills what runs.
        """
        words = Words(self._word, _word(), _word(), _word())
        streams = [Between(words.begin.encode(), words.end.encode(), into) for into in (out, err)]
        self._word, self.usable = words.next, False
        sent = request(words, argv, env, len(stdin), unchanged=unchanged) + stdin
        feeding = asyncio.create_task(execs.feed(self._writer, sent))
        try:
            async for stream, chunk in self._frames:
                streams[stream == execs.STDERR].feed(chunk)
                if all(one.code is not None for one in streams):
                    # Its input was drained by now; a shell that takes no more has lost its place in it.
                    fed, _ = await asyncio.wait([feeding], timeout=_DRAINED_SECONDS)
                    self.usable = self._lasts and bool(fed)
                    break
        except execs.Cut:
            log.debug("the shell in %s was cut off", self._exec_id)
        finally:
            for one in streams:
                one.flush()
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
        if all(one.ended and one.begun for one in streams):
            return streams[0].code
        if not streams[0].ended and await execs.exit_code(self._engine, self._exec_id) is None:
            raise SandboxBroken("The connection to the Docker engine broke.")
        self.usable = False
        raise Died if any(one.begun for one in streams) else NotBegun

    @property
    def waits(self) -> bool:
        return self.usable and not self._reader.at_eof()

    async def close(self) -> None:
        """Its input ends, and so does the shell when it waits for some."""
        self.usable = False
        await self._ending.aclose()

    async def _greet(self) -> None:
        word, self._word = _word(), _word()
        said = bytearray()
        await execs.feed(self._writer, f"{word} {self._word}\n".encode())
        async for _, chunk in self._frames:
            said += chunk
            _, found, rest = said.partition(word.encode())
            if found and b"\n" in rest:
                # Where the kernel would show it to others of its user, a shell serves one command only.
                self._lasts = rest.split() == [b"closed"]
                return
            if len(said) > _MOST_SAID:
                break
        text = said[-500:].decode("utf-8", errors="replace").strip()
        if text.startswith("missing "):
            raise OperatorProblem(
                f"The sandbox image has no {text.removeprefix('missing ')}; use one that has."
            )
        raise SandboxBroken(f"No shell could be started in the sandbox: {text or 'it was killed'}.")


def _word() -> str:
    return secrets.token_hex(16)
