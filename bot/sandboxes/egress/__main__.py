"""What runs where the worker is not: `proxy SOCKET RULES`, `relay SOCKET PORT [-- COMMAND …]`."""

from __future__ import annotations

import asyncio
import json
import sys

from bot.sandboxes.egress.proxy import Proxy
from bot.sandboxes.egress.relay import relay
from bot.sandboxes.egress.rules import Rules

READY = "ready"
_MOST_TOLD = 100


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _proxy(socket: str, rules: str) -> None:
    told: set[tuple[str, str]] = set()

    def tell(host: str, why: str) -> None:
        if (host, why) not in told and len(told) < _MOST_TOLD:
            told.add((host, why))
            say(json.dumps({"host": host, "why": why}))

    proxy = Proxy(Rules.read(rules), tell)
    async with await asyncio.start_unix_server(proxy.serve, socket) as server:
        say(READY)
        await server.serve_forever()


async def _relay(socket: str, port: int, command: list[str]) -> int:
    async with await relay(socket, port) as server:
        if command:
            process = await asyncio.create_subprocess_exec(*command)
            return await process.wait()
        say(READY)
        await server.serve_forever()
    return 0


def main(argv: list[str]) -> int:
    if argv[0] == "proxy":
        asyncio.run(_proxy(argv[1], argv[2]))
        return 0
    code = asyncio.run(_relay(argv[1], int(argv[2]), argv[4:]))
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
