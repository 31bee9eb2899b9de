"""A private PostgreSQL for the tests: a cluster of its own, on a free port, in a directory that goes away."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.services.child import until_we_die
from tests.services.need import need

START_SECONDS = 60.0


@dataclass
class PrivatePostgres:
    binaries: Path
    directory: Path
    port: int
    password: str
    settings: Sequence[str] = ("fsync=on", "synchronous_commit=on")
    """As an operator has it: what a test finds durable has to be."""
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str, password: str | None = None) -> str:
        return f"postgresql://redfirst:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        secret = self.directory / "password"
        secret.write_text(self.password)
        os.chown(secret, *_owner())
        self._run(
            *("initdb", "--username=redfirst", "--auth=scram-sha-256", f"--pwfile={secret}"),
            *("--encoding=UTF8", "--locale=C", "-D", str(self.directory / "data")),
        )

    def start(self) -> None:
        """In the main thread: the server goes when the thread goes that started it."""
        log = (self.directory / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [
                    *_as_owner(),
                    *until_we_die("INT"),
                    str(self.binaries / "postgres"),
                    *("-D", str(self.directory / "data"), "-p", str(self.port)),
                    *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
                    *(word for setting in self.settings for word in ("-c", setting)),
                ],
                stdout=log,
                stderr=log,
                cwd=self.directory,
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((self.directory / "log").read_text()) from None
                time.sleep(0.05)
            else:
                return

    def stop(self, word: signal.Signals = signal.SIGINT) -> None:
        if self.process is not None:
            self.process.send_signal(word)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(30)
            self.process = None

    def administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*_as_owner(), str(self.binaries / program), *arguments],
            capture_output=True,
            text=True,
            cwd=self.directory,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)


@pytest.fixture(scope="session")
def postgres_server() -> Generator[PrivatePostgres]:
    binaries = need("PostgreSQL", _binaries(), "install the package postgresql")
    directory = Path(tempfile.mkdtemp(prefix="redfirst-postgres-"))
    server = PrivatePostgres(binaries, directory, _free_port(), secrets.token_hex(8))
    try:
        os.chown(directory, *_owner())
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PrivatePostgres) -> Generator[str]:
    """A database for one test."""
    name = f"test_{secrets.token_hex(6)}"
    postgres_server.administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield postgres_server.url(name)
    postgres_server.administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _binaries() -> Path | None:
    # Debian keeps the programs of a server off the path; the newest release first.
    releases = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda at: -int(at.parent.name))
    found = shutil.which("postgres")
    on_path = [Path(found).parent] if found else []
    return next((at for at in releases + on_path if (at / "initdb").exists()), None)


def _owner() -> tuple[int, int]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return os.getuid(), os.getgid()
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return user.pw_uid, user.pw_gid
    need("a user to run PostgreSQL as", None, "run the tests as a user who is not root")
    raise AssertionError


def _as_owner() -> list[str]:
    if os.geteuid() != 0:
        return []
    uid, gid = _owner()
    setpriv = need("setpriv", shutil.which("setpriv"), "install util-linux, or run the tests not as root")
    return [setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
