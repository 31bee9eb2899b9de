"""What the commands of a set-up reach: the hosts that it names, through a proxy, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import uuid
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from bot.sandboxes.docker.sandboxes import DockerSandboxes
from bot.sandboxes.egress.config import Egress
from tests.contract.sandbox_backends import docker_host, docker_image
from tests.services.environments import environments_of, forget_environments
from tests.services.outside import INDEX, REBOUND, Outside, outside
from workflows.errors import OperatorProblem, UserProblem
from workflows.ports.sandbox import Environment, SandboxSpec, SetUp
from workflows.tree import File, Tree

ROOT = Path(__file__).parents[2]
SPEC = SandboxSpec(run="run-1", tenant="acme/shop")

# As a hostile set-up would: from a grandchild that has left its session, and each attempt by itself.
TRY = r"""
import json, os, socket, subprocess, sys, urllib.error, urllib.request

def outcome(attempt):
    try:
        return attempt()
    except Exception as error:
        return f"{type(error).__name__}: {error}"

def fetch(url, proxies=None):
    handler = urllib.request.ProxyHandler(proxies)
    return urllib.request.build_opener(handler).open(url, timeout=10).read().decode()

def connect(address, port=80, family=socket.AF_INET):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(3)
        s.connect((address, port))
        return "connected"

def send(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"\0\1\1\0\0\1\0\0\0\0\0\0\6secret\4test\0\0\1\0\1", (address, 53))
        return "sent"

def raw():
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP):
        return "opened"

def tunnel(line):
    with socket.create_connection(("127.0.0.1", 3128), timeout=10) as s:
        s.sendall(line + b"\r\nHost: index.test\r\n\r\n")
        return s.recv(100).decode("latin-1").partition("\r\n")[0]

index, dns, gateway = sys.argv[1:4]
tried = {
    "allowed": lambda: fetch("https://index.test/hello"),
    "allowed, plain": lambda: fetch("http://index.test/hello"),
    "denied": lambda: fetch("https://evil.example/"),
    "denied, plain": lambda: fetch("http://evil.example/"),
    "another port": lambda: tunnel(b"CONNECT index.test:22 HTTP/1.1"),
    "rebound": lambda: fetch("https://rebound.test/hello"),
    "own": lambda: fetch("http://own.test/"),
    "metadata by proxy": lambda: fetch("http://169.254.169.254/latest/meta-data"),
    "address by proxy": lambda: tunnel(f"CONNECT {index}:443 HTTP/1.1".encode()),
    "number by proxy": lambda: tunnel(b"CONNECT 2130706433:80 HTTP/1.1"),
    "suffix": lambda: tunnel(b"CONNECT index.test.evil.example:443 HTTP/1.1"),
    "nul": lambda: tunnel(b"CONNECT index.test\0.evil.example:443 HTTP/1.1"),
    "user": lambda: tunnel(b"CONNECT evil@index.test:443 HTTP/1.1"),
    "address": lambda: connect(index, 443),
    "gateway": lambda: connect(gateway),
    "metadata": lambda: connect("169.254.169.254"),
    "internet": lambda: connect("1.1.1.1", 443),
    "ipv6": lambda: connect("2606:4700:4700::1111", 443, socket.AF_INET6),
    "datagram": lambda: send(dns),
    "raw": raw,
    "name": lambda: socket.getaddrinfo("secret-of-ours.test", 80),
    "allowed name": lambda: socket.getaddrinfo("index.test", 80),
    "devices": lambda: sorted(name for _, name in socket.if_nameindex()),
    "engine": lambda: [path for path in ("/run/docker.sock", "/run/redfirst-egress") if os.path.exists(path)],
}
print(json.dumps({name: outcome(attempt) for name, attempt in tried.items()}))
"""

TREE = Tree({"try.py": File(TRY.encode()), "requirements.txt": File(b"greeting==1.0\n")})


@dataclass(frozen=True)
class Tried:
    found: dict[str, object]
    made: Environment
    looked_up: list[str]
    after: str
    installed: str


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=docker_host())
    yield client
    client.close()


@pytest.fixture(scope="module")
def there(client: docker.DockerClient) -> Iterator[Outside]:
    with outside(client, docker_image()) as found:
        yield found


@contextlib.asynccontextmanager
async def engine(there: Outside, internal: tuple[str, ...] = (INDEX,)) -> AsyncGenerator[DockerSandboxes]:
    """Sandboxes of which nothing is left afterwards."""
    instance = f"test-{uuid.uuid4().hex}"
    egress = Egress(dns=(there.dns,), internal=internal, ca=there.ca)
    sandboxes = DockerSandboxes(docker_image(), host=docker_host(), instance=instance, egress=egress)
    try:
        yield sandboxes
    finally:
        await sandboxes.reap(frozenset())
        await sandboxes.close()
        await asyncio.to_thread(forget_environments, instance)


@pytest.fixture(scope="module")
def tried(client: docker.DockerClient, there: Outside) -> Tried:
    """One set-up that installs what it needs and tries all else, for every test to look at."""
    gateway = str(client.networks.get("bridge").attrs["IPAM"]["Config"][0].get("Gateway", "172.17.0.1"))
    commands = (
        f"setsid sh -c 'setsid python3 try.py {there.address} {there.dns} {gateway} >tried.json 2>tried.log'",
        f"python3 -m venv .venv && .venv/bin/pip install -q -i https://{INDEX}/simple -r requirements.txt",
        "cat tried.log; nohup sleep 1000 >/dev/null 2>&1 &",
    )
    setup = SetUp(key="k", commands=commands, hosts=(INDEX, REBOUND, "own.test"), seconds=120)

    async def run() -> Tried:
        async with engine(there) as sandboxes:
            made = await sandboxes.set_up(SPEC, TREE.pack(), setup)
            sandbox = await sandboxes.create(SPEC.model_copy(update={"environment": made.id}))
            found = json.loads(await sandbox.read("tried.json"))
            program = "import greeting, sys; print(greeting.HELLO, sys.prefix)"
            installed = await sandbox.exec([".venv/bin/python", "-c", program], timeout=30)
            await sandbox.write({"try.py": TRY.encode()})
            again = ["python3", "try.py", there.address, there.dns, gateway]
            after = await sandbox.exec(again, timeout=60)
            looked_up = there.asked(there.names)
            await sandbox.destroy()
            return Tried(found, made, looked_up, after.stdout, installed.stdout + installed.stderr)

    return asyncio.run(run())


def test_an_allowed_host_is_reached(tried: Tried) -> None:
    assert tried.found["allowed"] == "hello\n"
    assert tried.found["allowed, plain"] == "hello\n"


def test_what_a_set_up_installed_is_there_without_network(tried: Tried) -> None:
    assert tried.installed == "from the index /workspace/.venv\n"


@pytest.mark.parametrize(
    "how",
    ["denied", "another port", "rebound", "address by proxy", "number by proxy", "suffix", "user"],
)
def test_a_host_that_is_not_allowed_is_refused(tried: Tried, how: str) -> None:
    assert "403" in str(tried.found[how])


@pytest.mark.parametrize("how", ["denied, plain", "own", "metadata by proxy"])
def test_a_plain_request_elsewhere_is_refused(tried: Tried, how: str) -> None:
    assert str(tried.found[how]) == "HTTPError: HTTP Error 403: Forbidden"


def test_a_name_with_a_nul_is_no_name(tried: Tried) -> None:
    assert str(tried.found["nul"]).split()[1] in {"400", "403"}


@pytest.mark.parametrize("how", ["address", "gateway", "metadata", "internet", "ipv6", "datagram"])
def test_nothing_is_reached_past_the_proxy(tried: Tried, how: str) -> None:
    no_way = ("Network is unreachable", "Cannot assign requested address")
    assert str(tried.found[how]).endswith(no_way)


def test_there_is_no_interface_but_the_loopback_and_no_socket_of_others(tried: Tried) -> None:
    assert (tried.found["devices"], tried.found["engine"]) == (["lo"], [])
    assert "PermissionError" in str(tried.found["raw"])


def test_names_are_looked_up_by_the_proxy_alone_and_only_allowed_ones(tried: Tried) -> None:
    assert "gaierror" in str(tried.found["name"])
    assert "gaierror" in str(tried.found["allowed name"])
    assert {line.split()[0] for line in tried.looked_up} == {INDEX, REBOUND, "own.test"}


def test_the_denied_hosts_are_told(tried: Tried) -> None:
    assert {"evil.example", f"{INDEX}:22", REBOUND, "own.test", "169.254.169.254"} <= set(tried.made.denied)
    assert all(host.isprintable() for host in tried.made.denied)


def test_afterwards_there_is_no_network_at_all(tried: Tried) -> None:
    after = json.loads(tried.after)
    assert after["devices"] == ["lo"]
    for how in ("allowed", "allowed, plain", "denied", "suffix", "address", "metadata", "internet", "name"):
        assert "error" in after[how].lower()


async def test_a_set_up_that_fails_says_whom_it_asked_for(there: Outside) -> None:
    setup = SetUp(key="k", commands=(_fetch("https://evil.example"),), hosts=(INDEX,))
    async with engine(there) as sandboxes:
        with pytest.raises(UserProblem, match=r"(?s)403.*evil\.example.*\.github/redfirst\.yml"):
            await sandboxes.set_up(SPEC, TREE.pack(), setup)
        assert await sandboxes.reap(frozenset()) == 0


async def test_an_index_in_the_operator_s_network_is_reached_only_if_they_said_so(there: Outside) -> None:
    setup = SetUp(key="k", commands=(_fetch(f"http://{INDEX}/hello"),), hosts=(INDEX,))
    async with engine(there, internal=()) as sandboxes:
        with pytest.raises(UserProblem, match="403"):
            await sandboxes.set_up(SPEC, TREE.pack(), setup)


async def test_a_runtime_with_a_loopback_of_its_own_is_told_before_anything_runs() -> None:
    sandboxes = DockerSandboxes(docker_image(), host=docker_host(), runtime="runsc")
    with pytest.raises(OperatorProblem, match="runsc"):
        await sandboxes.set_up(SPEC, TREE.pack(), SetUp(key="k", commands=("true",), hosts=(INDEX,)))
    await sandboxes.close()


DYING = """
import asyncio, sys
from bot.sandboxes.docker.sandboxes import DockerSandboxes
from workflows.ports.sandbox import SandboxSpec, SetUp
from workflows.tree import Tree
host, image, instance = sys.argv[1:]
setup = SetUp(key="k", commands=("sleep 600",), hosts=("index.test",))
worker = DockerSandboxes(image, host=host, instance=instance)
asyncio.run(worker.set_up(SandboxSpec(run="run-1", tenant="acme/shop"), Tree({}).pack(), setup))
"""


async def test_what_a_killed_worker_left_of_a_set_up_is_cleared_away(client: docker.DockerClient) -> None:
    instance = f"test-{uuid.uuid4().hex}"
    ours: dict[str, str | list[str] | bool] = {"label": f"redfirst.instance={instance}"}

    def containers() -> list[Container]:
        return client.containers.list(filters=ours, ignore_removed=True)

    argv = [sys.executable, "-c", DYING, docker_host(), docker_image(), instance]
    worker = await asyncio.create_subprocess_exec(*argv, cwd=ROOT)
    try:
        async with asyncio.timeout(60):
            while len(await asyncio.to_thread(containers)) < len(("set-up", "proxy", "relay")):
                await asyncio.sleep(0.1)
    finally:
        worker.kill()
        await worker.wait()
    volumes = {mount["Name"] for one in await asyncio.to_thread(containers) for mount in one.attrs["Mounts"]}
    assert len(volumes) == len(("workspace", "home", "tmp", "socket"))
    other = DockerSandboxes(docker_image(), host=docker_host(), instance=instance)
    assert await other.reap(frozenset({"run-1"})) == 0
    assert await other.reap(frozenset({"run-2"})) == 3
    await other.close()
    assert not await asyncio.to_thread(lambda: client.containers.list(all=True, filters=ours))
    assert not volumes & {str(one.name) for one in await asyncio.to_thread(client.volumes.list)}
    assert environments_of(instance) == []


def _fetch(url: str) -> str:
    return f"python3 -c 'import urllib.request as u; u.urlopen(\"{url}\")'"
