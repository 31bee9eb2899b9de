"""What a set-up does inside a sandbox, whatever that is made of."""

from __future__ import annotations

import io
import posixpath
import tarfile
import time
from collections.abc import Mapping, Sequence

from bot.sandboxes.environments import KEPT_HOME, KEPT_WORKSPACE
from workflows.errors import SandboxBroken, UserProblem
from workflows.ports.sandbox import WORKSPACE, ExecResult, Sandbox, SetUp

CA_FILE = "/tmp/redfirst-ca.pem"  # noqa: S108  (the sandbox's own)
_SECONDS = 300.0
_LOG = 16_000
_SHOWN = 2_000
_PROXIED = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "YARN_HTTP_PROXY", "YARN_HTTPS_PROXY")
_CA = (
    *("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("NODE_EXTRA_CA_CERTS", "CARGO_HTTP_CAINFO", "GIT_SSL_CAINFO"),
)

STAYING: Mapping[str, str] = {
    "CARGO_HOME": f"{KEPT_HOME}/.cargo",
    "GOMODCACHE": f"{KEPT_HOME}/go/pkg/mod",
    "GRADLE_RO_DEP_CACHE": f"{KEPT_HOME}/.gradle/caches",
    # Not MAVEN_ARGS, which releases before 3.9 do not read.
    "MAVEN_OPTS": f"-Dmaven.repo.local={KEPT_HOME}/.m2/repository",
    "PLAYWRIGHT_BROWSERS_PATH": f"{KEPT_HOME}/browsers",
    "PYTHONUSERBASE": f"{KEPT_HOME}/.local",
    "UV_PYTHON_INSTALL_DIR": f"{KEPT_HOME}/python",
}
"""Where tools put, and later look for, what they do not put into the workspace."""

# What only helps to fetch the same again.
_CACHES = (
    *(".cache/pip", ".cache/uv", ".cache/yarn", ".cache/pypoetry/cache", ".cache/pypoetry/artifacts"),
    *(".npm/_cacache", ".local/share/pnpm/store", ".cache/node/corepack", ".gradle/daemon"),
)

# The repository's own: the next run has another commit of it.
_STRIP = f"cd {WORKSPACE} && exec xargs -0 -r rm -rf --"
_STRIP_FOLDERS = f"cd {WORKSPACE} && xargs -0 -r rmdir 2>/dev/null; :"
_TIDY = f"cd {KEPT_HOME} && rm -rf {' '.join(_CACHES)}; chmod -R u+rX . {WORKSPACE}"

SETTLE = f"cd {KEPT_WORKSPACE} && tar -c -f - . | tar -x -p -f - -C {WORKSPACE}"


def variables(port: int | None, *, ca: bool) -> dict[str, str]:
    """For the commands of a set-up; without a port there is nobody to talk to."""
    found = {
        "HOME": KEPT_HOME,
        "CI": "true",
        "GIT_TERMINAL_PROMPT": "0",
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        **STAYING,
    }
    # Elsewhere for good would be of no use to it while it is filled.
    del found["GRADLE_RO_DEP_CACHE"]
    if port is not None:
        found |= dict.fromkeys(_PROXIED, f"http://127.0.0.1:{port}")
        found |= {"NO_PROXY": "localhost,127.0.0.1,::1", "no_proxy": "localhost,127.0.0.1,::1"}
        where = (
            f"-D{scheme}.proxyHost=127.0.0.1 -D{scheme}.proxyPort={port}" for scheme in ("http", "https")
        )
        found["JAVA_TOOL_OPTIONS"] = " ".join([*where, "-Dhttp.nonProxyHosts=localhost|127.*"])
        # Node reads the others by itself only when it is told to.
        found["NODE_USE_ENV_PROXY"] = "1"
    return found | (dict.fromkeys(_CA, CA_FILE) if ca else {})


async def furnish(
    sandbox: Sandbox, packed: bytes, setup: SetUp, env: Mapping[str, str], *, through: Sequence[str] = ()
) -> str:
    """The repository, and what its commands said; UserProblem at the first one that fails. `through` comes
    before each of them."""
    await _ours(sandbox, ["tar", "-x", "--no-same-owner", "-f", "-"], packed, "could not be unpacked")
    log = ""
    deadline = time.monotonic() + setup.seconds
    for line in setup.commands:
        left = max(1.0, deadline - time.monotonic())
        ran = await sandbox.exec([*through, "sh", "-c", line], timeout=left, env=env)
        log = f"{log}$ {line}\n{ran.stdout}{ran.stderr}"[-_LOG:]
        if not ran.ok:
            raise UserProblem(f"The set-up command {line!r} {_how(ran)}:\n{log.strip()[-_SHOWN:]}")
    return log


async def strip(sandbox: Sandbox, packed: bytes) -> None:
    """Leaves what the commands added: neither the repository, nor what they only fetched with."""
    leaves, folders = _names(packed)
    await _ours(sandbox, ["sh", "-c", _STRIP], _listed(leaves), "cannot be taken out of what was set up")
    await _ours(sandbox, ["sh", "-c", _STRIP_FOLDERS], _listed(folders), "cannot be taken out")
    await _ours(sandbox, ["sh", "-c", _TIDY], b"", "leaves what cannot be read")


async def measured(sandbox: Sandbox) -> tuple[int, int]:
    """Bytes and files in the workspace, as a sandbox says that strangers' code was in: bound it."""
    ran = await sandbox.exec(["sh", "-c", "du -sk . && find . | wc -l"], timeout=_SECONDS)
    numbers = [word for line in ran.stdout.splitlines() for word in line.split()[:1] if word.isdecimal()]
    if not ran.ok or len(numbers) != len(("bytes", "files")):
        raise UserProblem(f"What the set-up left cannot be measured: {ran.stderr.strip()[-500:]}")
    return int(numbers[0]) * 1024, int(numbers[1])


async def settle(sandbox: Sandbox) -> None:
    """What an environment has for the workspace, into it."""
    ran = await sandbox.exec(["sh", "-c", SETTLE], timeout=_SECONDS)
    if not ran.ok:
        raise SandboxBroken(f"The environment could not be put in place: {ran.stderr.strip()[-500:]}")


async def _ours(sandbox: Sandbox, argv: Sequence[str], stdin: bytes, failed: str) -> None:
    ran = await sandbox.exec(argv, timeout=_SECONDS, stdin=stdin)
    if not ran.ok:
        raise UserProblem(f"The repository {failed}: {ran.stderr.strip()[-500:]}")


def _how(ran: ExecResult) -> str:
    return "took too long" if ran.timed_out else f"ended with {ran.code}"


def _names(packed: bytes) -> tuple[list[str], list[str]]:
    """Files and links, and their folders, the deepest first."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        leaves = [member.name for member in tar if not member.isdir()]
    folders: set[str] = set()
    for leaf in leaves:
        folder = posixpath.dirname(leaf)
        while folder and folder not in folders:
            folders.add(folder)
            folder = posixpath.dirname(folder)
    return leaves, sorted(folders, key=lambda folder: folder.count("/"), reverse=True)


def _listed(names: Sequence[str]) -> bytes:
    return b"".join(f"./{name}\0".encode("utf-8", "surrogateescape") for name in names)
