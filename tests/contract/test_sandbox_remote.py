"""What only sandboxes of a provider have: an account, a network of theirs, and somebody else's errors."""

from __future__ import annotations

import asyncio
import io
import logging
import tarfile
import time
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.breakers import Breakers, Pace
from bot.sandboxes.remote import sandbox as remote_sandbox
from bot.sandboxes.remote import talking
from bot.sandboxes.remote.host import HostSilent
from bot.sandboxes.remote.sandboxes import RemoteSandboxes
from tests.standins import daytona_api, e2b_api
from tests.standins.remote import There, daytona_here, e2b_here
from workflows.errors import Gone, OperatorProblem, SandboxBroken, Unreachable, UserProblem
from workflows.ports.sandbox import SandboxSpec, SetUp

SPEC = SandboxSpec(run="run-1", tenant="acme/shop")
WHERE = {"e2b": e2b_here, "daytona": daytona_here}
KEYS = {"e2b": e2b_api.KEY, "daytona": daytona_api.KEY}


@pytest.fixture(params=["e2b", "daytona"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def there(kind: str) -> There:
    return WHERE[kind]()


@pytest.fixture
async def new(there: There) -> AsyncIterator[Callable[..., RemoteSandboxes]]:
    made: list[RemoteSandboxes] = []

    def make(instance: str = "", *, open_setup: bool = False, **host: Any) -> RemoteSandboxes:
        made.append(
            RemoteSandboxes(there.host(**host), instance=instance or uuid.uuid4().hex, open_setup=open_setup)
        )
        return made[-1]

    yield make
    there.api.fail_with, there.api.fail_headers = 0, {}
    there.api.boxes_end()
    for each in made:
        await each.close()


# --- what is asked of the provider ------------------------------------------------------------------------


async def test_a_sandbox_is_asked_for_without_network_and_not_to_last(
    new: Callable[..., RemoteSandboxes], there: There, kind: str
) -> None:
    sandbox = await new().create(SPEC)
    asked = there.api.boxes[sandbox.id].asked
    if kind == "e2b":
        assert (asked.allow_internet_access, asked.auto_pause, asked.timeout) == (False, False, 3600)
    else:
        assert (asked.network_block_all, asked.auto_delete_interval, asked.public) == (True, 0, False)
    assert "network off by both" in sandbox.facts.runtime


async def test_a_provider_that_leaves_its_network_on_is_told_in_the_facts(
    new: Callable[..., RemoteSandboxes], there: There, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(there.api, "heedless", True)
    sandbox = await new().create(SPEC)
    assert "network off by us alone" in sandbox.facts.runtime


async def test_the_agent_beside_a_command_cannot_be_reached(
    new: Callable[..., RemoteSandboxes], there: There
) -> None:
    """Daytona's asks nobody who they are, and does what it is told as who may become root."""
    sandbox = await new().create(SPEC)
    machine = there.api.boxes[sandbox.id].machine
    listen = "import socket, time; s = socket.create_server(('127.0.0.1', 2280)); print(1, flush=True)"
    agent = await asyncio.create_subprocess_exec(
        *machine.enter(["python3", "-c", f"{listen}; time.sleep(60)"], {}), stdout=asyncio.subprocess.PIPE
    )
    assert agent.stdout
    assert await agent.stdout.readline() == b"1\n"
    knock = ["python3", "-c", "import socket; socket.create_connection(('127.0.0.1', 2280), timeout=5)"]
    assert (await machine.run(knock))[0] == 0
    assert "refused" in (await sandbox.exec(knock, timeout=20)).stderr
    await sandbox.destroy()
    await agent.wait()


async def test_no_key_is_in_the_sandbox(
    new: Callable[..., RemoteSandboxes], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("E2B_API_KEY", KEYS[kind])
    monkeypatch.setenv("DAYTONA_API_KEY", KEYS[kind])
    sandbox = await new().create(SPEC)
    script = "cat /proc/*/environ; cat $(find /etc /home /opt /run /tmp /var /workspace -type f); echo over"
    seen = await sandbox.exec(["sh", "-c", f"({script}) 2>&1"], timeout=60)
    assert "over" in seen.stdout
    assert KEYS[kind] not in seen.stdout


# --- whose is whose -----------------------------------------------------------------------------------------


async def test_the_reaper_leaves_what_others_have_in_the_same_account(
    new: Callable[..., RemoteSandboxes],
) -> None:
    mine, theirs = new("mine"), new("theirs")
    # More than a page of the provider's list.
    made = [await mine.create(SandboxSpec(run=f"old-{number}")) for number in range(3)]
    other = await theirs.create(SPEC)
    assert await mine.reap(frozenset()) == len(made)
    assert (await other.exec(["true"], timeout=20)).ok
    with pytest.raises(Gone):
        await mine.connect(other.id)


async def test_a_sandbox_of_others_is_not_even_touched(
    new: Callable[..., RemoteSandboxes], there: There
) -> None:
    other = await new("theirs").create(SPEC)
    mine = new("mine")
    at = len(there.api.asked)
    with pytest.raises(Gone):
        await mine.connect(other.id)
    assert {method for method, _ in there.api.asked[at:]} <= {"GET", "WS"}


async def test_one_that_ended_by_itself_is_broken_for_who_has_it_and_gone_for_others(
    new: Callable[..., RemoteSandboxes], there: There
) -> None:
    sandboxes = new()
    sandbox = await sandboxes.create(SPEC)
    there.api.boxes.pop(sandbox.id).machine.end()
    with pytest.raises(SandboxBroken, match=r"is gone|does not answer|has ended"):
        await sandbox.exec(["true"], timeout=20)
    with pytest.raises(Gone):
        await sandboxes.connect(sandbox.id)
    await sandbox.destroy()


async def test_cancelled_while_it_is_made_leaves_no_sandbox(
    new: Callable[..., RemoteSandboxes], there: There
) -> None:
    creating = asyncio.create_task(new().create(SPEC))
    while not any(method == "POST" for method, _ in there.api.asked[-1:]):
        await asyncio.sleep(0.01)
    creating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await creating
    assert not there.api.boxes


async def test_a_persistent_one_sleeps_and_is_woken_with_what_it_had(
    new: Callable[..., RemoteSandboxes], there: There, kind: str
) -> None:
    sandboxes = new(persistent=True)
    sandbox = await sandboxes.create(SPEC)
    await sandbox.write({"kept": b"kept"})
    there.api.sleep(sandbox.id)
    again = await sandboxes.connect(sandbox.id)
    assert await again.read("kept") == b"kept"
    assert (await again.exec(["true"], timeout=20)).ok


# --- what goes wrong ----------------------------------------------------------------------------------------


async def test_a_wrong_key_is_the_operator_s_and_is_not_repeated_anywhere(
    new: Callable[..., RemoteSandboxes], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "wrong-key-" + "7" * 32
    sandboxes = new(key=wrong)
    for attempt in (sandboxes.check(), sandboxes.reap(frozenset()), sandboxes.create(SPEC)):
        with pytest.raises(OperatorProblem, match=f"REDFIRST_{kind.upper()}_API_KEY") as caught:
            await attempt
        error: BaseException | None = caught.value
        while error:
            assert wrong not in f"{error!r} {error}"
            error = error.__cause__ or error.__context__
    assert wrong not in caplog.text
    assert wrong not in repr(vars(sandboxes))


async def test_without_a_key_it_says_what_to_set(new: Callable[..., RemoteSandboxes], kind: str) -> None:
    with pytest.raises(OperatorProblem, match=f"set REDFIRST_{kind.upper()}_API_KEY"):
        await new(key="").check()


@pytest.mark.parametrize("status", [403, 400])
async def test_what_the_provider_refuses_is_the_operator_s(
    new: Callable[..., RemoteSandboxes], there: There, status: int
) -> None:
    there.api.fail_with = status
    with pytest.raises(OperatorProblem, match="as the test wants it"):
        await new().create(SPEC)


async def test_a_template_that_is_not_there_is_named(new: Callable[..., RemoteSandboxes]) -> None:
    with pytest.raises(OperatorProblem, match="no-such-template"):
        await new().create(SandboxSpec(run="run-1", image="no-such-template"))


@pytest.mark.parametrize("status", [429, 503, 500])
async def test_a_provider_that_cannot_is_left_alone_until_it_can(
    new: Callable[..., RemoteSandboxes], there: There, status: int
) -> None:
    sandboxes = new(breakers=Breakers(Pace(first_rest=0.5, longest_rest=0.5)))
    there.api.fail_with = status
    for _ in range(2):
        with pytest.raises(HostSilent):
            await sandboxes.reap(frozenset())
    for _ in range(2):
        with pytest.raises(Unreachable):
            await sandboxes.reap(frozenset())
    at = len(there.api.asked)
    with pytest.raises(Unreachable):
        await sandboxes.reap(frozenset())
    assert len(there.api.asked) == at
    there.api.fail_with = 0
    await asyncio.sleep(0.6)
    assert await sandboxes.reap(frozenset()) == 0


async def test_a_command_that_cannot_be_ended_goes_with_its_sandbox(
    new: Callable[..., RemoteSandboxes], there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_sandbox, "GRACE", 1.0)
    monkeypatch.setattr(talking, "STOP_SECONDS", 1.0)
    sandbox = await new().create(SPEC)
    running = asyncio.create_task(sandbox.exec(["sleep", "60"], timeout=2))
    await asyncio.sleep(1.5)
    there.api.boxes[sandbox.id].machine.freeze()
    monkeypatch.setattr(there.api, "deaf", True)
    began = time.monotonic()
    assert (await running).timed_out
    assert time.monotonic() - began < 25
    assert sandbox.id not in there.api.boxes


# --- what is said while it runs, and set-up ---------------------------------------------------------------


async def test_who_listens_hears_everything_as_it_is_said(new: Callable[..., RemoteSandboxes]) -> None:
    sandbox = await new().create(SPEC)
    heard: list[tuple[str, bytes, float]] = []
    script = "echo first; sleep 1.5; echo oops >&2; head -c 3000000 /dev/zero | tr '\\0' x"
    result = await sandbox.exec(
        ["sh", "-c", script],
        timeout=60,
        tee=lambda stream, chunk: heard.append((stream, bytes(chunk), time.monotonic())),
    )
    over = time.monotonic()
    out = b"".join(chunk for stream, chunk, _ in heard if stream == "stdout")
    assert out == b"first\n" + b"x" * 3_000_000
    assert b"".join(chunk for stream, chunk, _ in heard if stream == "stderr") == b"oops\n"
    assert over - heard[0][2] > 1.4
    assert result.truncated


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


async def test_an_environment_has_what_set_up_left_and_is_made_once(
    new: Callable[..., RemoteSandboxes], there: There, kind: str
) -> None:
    sandboxes = new()
    setup = SetUp(
        key=uuid.uuid4().hex,
        commands=("cat seed >made", "echo home >$HOME/made", "id -u"),
        hosts=("pypi.org", "*.example.com:8443"),
    )
    first = await sandboxes.set_up(SPEC, packed(seed=b"seed"), setup)
    assert first.is_new
    assert "65532" in first.log
    asked = there.api.last_asked
    if kind == "e2b":
        assert asked.network.allow_out == ["pypi.org", "*.example.com"]
        assert asked.network.deny_out == ["0.0.0.0/0"]
    else:
        assert (asked.network_block_all, asked.domain_allow_list) == (False, "pypi.org,*.example.com")
    assert not there.api.boxes
    again = await sandboxes.set_up(SPEC, packed(seed=b"other"), setup)
    assert (again.id, again.is_new) == (first.id, False)
    assert not there.api.boxes
    sandbox = await sandboxes.create(SandboxSpec(run="run-2", environment=first.id))
    assert (await sandbox.read("made"), await sandbox.read("/tmp/made")) == (b"seed", b"home\n")
    assert "network off by both" in sandbox.facts.runtime


async def test_a_set_up_command_that_fails_is_the_user_s_and_leaves_nothing(
    new: Callable[..., RemoteSandboxes], there: There
) -> None:
    sandboxes = new()
    setup = SetUp(key=uuid.uuid4().hex, commands=("true", "echo broken-build; exit 3", "echo not-reached"))
    with pytest.raises(UserProblem, match="ended with 3") as caught:
        await sandboxes.set_up(SPEC, packed(a=b""), setup)
    assert "broken-build" in caught.value.sentence
    assert "not-reached" not in caught.value.sentence
    assert not there.api.boxes


async def test_set_up_is_refused_where_the_provider_does_not_hold_it_to_hosts(
    new: Callable[..., RemoteSandboxes], there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(there.api, "heedless", True)
    setup = SetUp(key=uuid.uuid4().hex, commands=("touch made",), hosts=("pypi.org",))
    with pytest.raises(OperatorProblem, match="REDFIRST_SANDBOX_OPEN_SETUP"):
        await new().set_up(SPEC, packed(a=b""), setup)
    assert not there.api.boxes
    assert (await new(open_setup=True).set_up(SPEC, packed(a=b""), setup)).is_new


async def test_a_dotenv_of_the_working_directory_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Daytona's SDK reads one; a service may be started in somebody's checkout."""
    (tmp_path / ".env").write_text(
        "DAYTONA_API_URL=http://127.0.0.1:9/evil\nDAYTONA_OTEL_ENABLED=true\nDAYTONA_TARGET=evil\n"
    )
    monkeypatch.chdir(tmp_path)
    there = daytona_here()
    sandboxes = RemoteSandboxes(there.host(), instance=uuid.uuid4().hex)
    sandbox = await sandboxes.create(SPEC)
    assert there.api.boxes[sandbox.id].asked.target is None
    from opentelemetry import trace

    assert "sdk" not in type(trace.get_tracer_provider()).__module__
    await sandboxes.reap(frozenset())
    await sandboxes.close()
