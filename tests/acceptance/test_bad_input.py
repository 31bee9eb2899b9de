"""Bad input: a sentence that says what to do, an exit code, and nothing half done."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.models.script import Script
from tests.acceptance.house import SECRET, House, house

REDFIRST = str(Path(sys.executable).with_name("redfirst"))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with house(tmp_path_factory.mktemp("bad"), script=Script(parts=())) as made:
        yield made


def _headers(body: bytes, secret: str = SECRET, delivery: str = "d-1") -> dict[str, str]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-github-event": "issues",
        "x-github-delivery": delivery,
        "x-hub-signature-256": f"sha256={signature}",
    }


async def _post(here: House, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(timeout=60) as client:
        return await client.post(f"{here.url}/webhooks/github", content=body, headers=dict(headers))


@pytest.mark.asyncio(loop_scope="module")
async def test_a_wrong_signature_is_unauthorized_and_nothing_is_kept(here: House) -> None:
    answer = await _post(here, b"{}", _headers(b"{}", secret="another", delivery="wrong"))
    assert answer.status_code == 401
    assert "set the same secret" in answer.json()["error"]
    assert "wrong" not in await here.store.waiting_deliveries()


async def _status_of_headers_alone(here: House, headers: Mapping[str, str]) -> int:
    """What is answered before a byte of the body is sent."""
    host, _, port = here.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = ["POST /webhooks/github HTTP/1.1", f"host: {host}", *(f"{k}: {v}" for k, v in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    status = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()
    return int(status.split()[1])


@pytest.mark.asyncio(loop_scope="module")
async def test_an_oversize_body_is_too_large_whether_it_says_so_or_not(here: House) -> None:
    assert (
        await _status_of_headers_alone(here, {**_headers(b"{}"), "content-length": str(26 * 1024**2)}) == 413
    )

    async def endless() -> AsyncGenerator[bytes]:
        for _ in range(26):
            yield b" " * 1024**2

    async with httpx.AsyncClient(timeout=60) as client:
        streamed = await client.post(
            f"{here.url}/webhooks/github", content=endless(), headers=_headers(b"{}")
        )
    assert streamed.status_code == 413


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_not_json_is_a_bad_request_even_when_signed(here: House) -> None:
    for body in (b"{", b"[1]", b'"text"', b"\xff\xfe{}"):
        answer = await _post(here, body, _headers(body))
        assert answer.status_code == 400
        assert "not a JSON object" in answer.json()["error"]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_delivery_about_an_unknown_repository_is_kept_with_the_reason_and_starts_nothing(
    here: House,
) -> None:
    body = (
        b'{"action":"labeled","label":{"name":"agent:fix"},"issue":{"number":1,"title":"t"},'
        b'"repository":{"full_name":"nobody/nothing"},"sender":{"id":7,"login":"someone","type":"User"}}'
    )
    assert (await _post(here, body, _headers(body, delivery="unknown-repo"))).status_code == 202
    outcome = await here.outcome("unknown-repo")
    assert "does not exist, or our token may not see it" in outcome
    assert await here.store.last_run("nobody/nothing#1") is None


def _run(*arguments: str, within: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("REDFIRST_")}
    clean |= {"REDFIRST_SANDBOX": "process", "REDFIRST_ALLOW_PROCESS_SANDBOX": "true"}
    return subprocess.run(
        [REDFIRST, *arguments],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )


def _assert_told(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("redfirst: ")
    for word in words:
        assert word in last


def test_serve_without_a_secret_says_which_variable_to_set(tmp_path: Path) -> None:
    done = _run("serve", "--port", "0", REDFIRST_DATA_DIR=str(tmp_path), REDFIRST_GITHUB_TOKEN="t")
    _assert_told(done, "REDFIRST_WEBHOOK_SECRET")


def test_fix_without_a_model_says_which_variable_to_set_and_makes_no_run(tmp_path: Path) -> None:
    issue = tmp_path / "bug.md"
    issue.write_text("It is broken\n")
    done = _run("fix", "--repo", str(tmp_path), "--issue", str(issue), REDFIRST_DATA_DIR=str(tmp_path / "d"))
    _assert_told(done, "REDFIRST_MODEL")
    assert not (tmp_path / "d").exists()


def test_fix_with_a_model_but_no_key_says_so(tmp_path: Path) -> None:
    issue = tmp_path / "bug.md"
    issue.write_text("It is broken\n")
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        os.environ.pop(name, None)
    done = _run(
        *("fix", "--repo", str(tmp_path), "--issue", str(issue), "--model", "anthropic/claude-sonnet-4-5"),
        REDFIRST_DATA_DIR=str(tmp_path / "d"),
    )
    _assert_told(done, "ANTHROPIC_API_KEY")


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = _run(
            *("serve", "--port", port),
            REDFIRST_DATA_DIR=str(tmp_path),
            REDFIRST_WEBHOOK_SECRET="s",
            REDFIRST_MODEL="ollama/any",
            REDFIRST_GITHUB_TOKEN="t",
        )
    _assert_told(done, port, "REDFIRST_PORT")


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = _run("runs", "list", REDFIRST_DATA_DIR=str(tmp_path / "file" / "data"))
    _assert_told(done, "REDFIRST_DATA_DIR")


def test_a_locked_store_says_that_it_is_locked(tmp_path: Path) -> None:
    assert _run("runs", "list", REDFIRST_DATA_DIR=str(tmp_path)).returncode == 0
    holder = sqlite3.connect(tmp_path / "redfirst.db", isolation_level=None)
    holder.execute("begin exclusive")
    try:
        done = _run("runs", "cancel", "r0", REDFIRST_DATA_DIR=str(tmp_path))
        _assert_told(done, "is locked by another process")
    finally:
        holder.close()


def test_settings_that_are_wrong_are_named_each(tmp_path: Path) -> None:
    done = _run("runs", "list", REDFIRST_DATA_DIR=str(tmp_path), REDFIRST_PORT="99999", REDFIRST_SANDBOX="vm")
    _assert_told(done, "port", "sandbox")


def test_an_unknown_run_is_said_to_be_unknown(tmp_path: Path) -> None:
    _assert_told(_run("runs", "show", "nothing", REDFIRST_DATA_DIR=str(tmp_path)), "nothing")


def test_a_wrong_option_is_a_usage_error() -> None:
    assert _run("serve", "--nonsense").returncode == 2
