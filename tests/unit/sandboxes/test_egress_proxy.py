"""The proxy of set-ups, over real connections: only who looks up names, and who is dialled, is the test's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandboxes.egress.proxy import Bounds, Proxy, Streams
from bot.sandboxes.egress.relay import relay
from bot.sandboxes.egress.rules import Rules

PUBLIC = "151.101.0.223"


@dataclass
class World:
    """A registry on loopback that all addresses lead to, and a resolver that says what it is told to."""

    socket: str
    addresses: list[list[str]] = field(default_factory=lambda: [[PUBLIC]])
    looked_up: list[str] = field(default_factory=list[str])
    dialled: list[str] = field(default_factory=list[str])
    denied: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    heard: list[bytes] = field(default_factory=list[bytes])
    port: int = 0

    async def resolve(self, name: str, port: int) -> Sequence[str]:
        self.looked_up.append(name)
        return self.addresses[min(len(self.looked_up), len(self.addresses)) - 1]

    async def connect(self, address: str, port: int) -> Streams:
        self.dialled.append(address)
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, sent: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(self.socket)
        try:
            writer.write(sent)
            async with asyncio.timeout(10):
                return await reader.read()
        finally:
            writer.close()

    def tell(self, host: str, why: str) -> None:
        self.denied.append((host, why))


@contextlib.asynccontextmanager
async def world(tmp_path: Path, bounds: Bounds | None = None) -> AsyncGenerator[World]:
    found = World(str(tmp_path / "proxy"))

    async def registry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = await reader.read(65536)
        if said.endswith(b"\r\n\r\n"):
            said += await reader.read(65536)
        found.heard.append(said)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nwheels")
        writer.close()

    rules = Rules.of(["pypi.org", "*.wheels.example"], [])
    proxy = Proxy(rules, found.tell, resolve=found.resolve, connect=found.connect, bounds=bounds)
    async with (
        await asyncio.start_server(registry, "127.0.0.1", 0) as server,
        await asyncio.start_unix_server(proxy.serve, found.socket),
    ):
        found.port = server.sockets[0].getsockname()[1]
        yield found


async def test_an_allowed_host_is_reached_through_a_tunnel(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        said = await here.ask(b"CONNECT pypi.org:443 HTTP/1.1\r\nHost: pypi.org\r\n\r\nhello")
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.endswith(b"wheels")
    assert here.heard == [b"hello"]
    assert (here.looked_up, here.dialled, here.denied) == (["pypi.org"], [PUBLIC], [])


async def test_a_plain_request_is_written_anew(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        said = await here.ask(
            b"POST http://a.wheels.example/simple?q HTTP/1.1\r\nHost: evil.example\r\n"
            b"Proxy-Authorization: x\r\n"
            b"Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nAccept: a/b\r\nContent-Length: 4\r\n\r\nbody"
            b"GET http://evil.example/ HTTP/1.1\r\n\r\n"
        )
    assert said.endswith(b"wheels")
    head, _, body = here.heard[0].partition(b"\r\n\r\n")
    assert head.splitlines() == [
        b"POST /simple?q HTTP/1.1",
        b"host: a.wheels.example",
        b"connection: close",
        b"accept: a/b",
        b"content-length: 4",
    ]
    assert body == b"body"


async def test_a_denied_host_is_told_and_not_even_looked_up(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        tunnel = await here.ask(b"CONNECT secret.evil.example:443 HTTP/1.1\r\nHost: pypi.org\r\n\r\n")
        plain = await here.ask(b"GET http://evil.example/ HTTP/1.1\r\nHost: pypi.org\r\n\r\n")
        port = await here.ask(b"CONNECT pypi.org:22 HTTP/1.1\r\nHost: pypi.org\r\n\r\n")
    for said in (tunnel, plain, port):
        assert said.startswith(b"HTTP/1.1 403 ")
    assert b"secret.evil.example cannot be reached" in tunnel
    assert [host for host, _ in here.denied] == ["secret.evil.example", "evil.example", "pypi.org:22"]
    assert (here.looked_up, here.dialled) == ([], [])


async def test_an_allowed_name_with_an_address_that_is_not_public_is_denied(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        for addresses in (["169.254.169.254"], [PUBLIC, "127.0.0.1"], ["::ffff:10.0.0.1"]):
            here.addresses = [addresses]
            said = await here.ask(b"CONNECT pypi.org:443 HTTP/1.1\r\nHost: pypi.org\r\n\r\n")
            assert said.startswith(b"HTTP/1.1 403 ")
    assert here.dialled == []
    assert here.denied[0] == ("pypi.org", "it has an address that is not public")


async def test_a_name_that_changes_its_address_is_dialled_where_it_was_checked(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.addresses = [[PUBLIC], ["127.0.0.1"]]
        await here.ask(b"CONNECT pypi.org:443 HTTP/1.1\r\nHost: pypi.org\r\n\r\nx")
        assert (here.looked_up, here.dialled) == (["pypi.org"], [PUBLIC])
        said = await here.ask(b"CONNECT pypi.org:443 HTTP/1.1\r\nHost: pypi.org\r\n\r\nx")
    assert said.startswith(b"HTTP/1.1 403 ")
    assert here.dialled == [PUBLIC]


async def test_a_head_without_end_is_cut_off(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        said = await here.ask(b"CONNECT pypi.org:443 HTTP/1.1\r\n" + b"X: y\r\n" * 10_000)
    assert said.startswith(b"HTTP/1.1 400 ")


async def test_nonsense_is_answered(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        for sent in (
            b"\x16\x03\x01\x02\x00\r\n\r\n",
            b"GET\r\n\r\n",
            b"CONNECT pypi.org:443 HTTP/1.1\r\n\r\n",
        ):
            assert (await here.ask(sent)).startswith(b"HTTP/1.1 400 ")


async def test_who_says_nothing_is_sent_away(tmp_path: Path) -> None:
    async with world(tmp_path, Bounds(head_seconds=0.1)) as here:
        assert (await here.ask(b"CONNECT ")).startswith(b"HTTP/1.1 502 ")


async def test_what_may_be_sent_is_bounded_over_all_connections(tmp_path: Path) -> None:
    tunnel = b"CONNECT pypi.org:443 HTTP/1.1\r\nHost: pypi.org\r\n\r\n"
    async with world(tmp_path, Bounds(up_bytes=1000)) as here:
        assert (await here.ask(tunnel + b"x" * 900)).endswith(b"wheels")
        assert not (await here.ask(tunnel + b"x" * 900)).endswith(b"wheels")
    assert not any(here.heard[1:])
    assert here.denied == [("", "more was sent or fetched than a set-up may")]


async def test_there_are_only_so_many_connections_at_once(tmp_path: Path) -> None:
    async with world(tmp_path, Bounds(connections=2)) as here:
        held = [await asyncio.open_unix_connection(here.socket) for _ in range(2)]
        for _, writer in held:
            writer.write(b"CONNECT ")
        # Each of them was taken before the next one came.
        assert await here.ask(b"") == b""
        for _, writer in held:
            writer.close()


async def test_a_relay_leads_from_a_port_to_the_proxy(tmp_path: Path) -> None:
    async with world(tmp_path) as here, await relay(here.socket, 0) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(b"CONNECT pypi.org:443 HTTP/1.1\r\nHost: pypi.org\r\n\r\nhello")
        assert (await reader.read()).endswith(b"wheels")
        writer.close()
