"""What a set-up's network leads to, in containers of its own: a package index, and who answers for names.

There is no internet in it. Names are answered as a test likes, and who asked for what is written down.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import io
import json
import time
import uuid
import zipfile
from collections.abc import Generator
from dataclasses import dataclass

import docker
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from docker.models.containers import Container

INDEX = "index.test"
REBOUND = "rebound.test"
"""Its address is where a cloud tells a machine its secrets."""
_READY = b"ready"

_SERVE = """
import base64, http.server, json, os, ssl, sys, threading
files = {path: base64.b64decode(content) for path, content in json.loads(os.environ["FILES"]).items()}
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        print("asked", self.headers["Host"], self.path, flush=True)
        found = files.get(self.path.partition("?")[0])
        self.send_response(200 if found is not None else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(found or b"")))
        self.end_headers()
        self.wfile.write(found or b"")
    def log_message(self, *args):
        pass
open("/tmp/server.pem", "w").write(os.environ["PEM"])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/tmp/server.pem")
secure = http.server.ThreadingHTTPServer(("", 443), Handler)
secure.socket = context.wrap_socket(secure.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=secure.serve_forever, daemon=True).start()
plain = http.server.ThreadingHTTPServer(("", 80), Handler)
print("ready", flush=True)
plain.serve_forever()
"""

# Answers of one question, without compression: what every resolver sends.
_NAMES = """
import json, os, socket, struct
told = {name: list(addresses) for name, addresses in json.loads(os.environ["TOLD"]).items()}
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
    server.bind(("", 53))
    print("ready", flush=True)
    while True:
        asked, who = server.recvfrom(4096)
        at, labels = 12, []
        while asked[at]:
            labels.append(asked[at + 1 : at + 1 + asked[at]].decode("latin-1"))
            at += 1 + asked[at]
        name, kind = ".".join(labels).lower(), struct.unpack("!H", asked[at + 1 : at + 3])[0]
        print("asked", name, kind, flush=True)
        answers = b""
        if kind == 1 and name in told:
            address = told[name].pop(0) if len(told[name]) > 1 else told[name][0]
            answers = b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\0\\0\\4" + socket.inet_aton(address)
        code = 0x8180 if name in told else 0x8183
        head = asked[:2] + struct.pack("!HHHHH", code, 1, 1 if answers else 0, 0, 0)
        server.sendto(head + asked[12 : at + 5] + answers, who)
"""


@dataclass(frozen=True)
class Outside:
    index: Container
    names: Container
    address: str
    """Of the index."""
    dns: str
    ca: bytes

    def asked(self, whom: Container) -> list[str]:
        said = bytes(whom.logs()).decode().splitlines()
        return [line.removeprefix("asked ") for line in said if line.startswith("asked ")]


@contextlib.contextmanager
def outside(client: docker.DockerClient, image: str) -> Generator[Outside]:
    ca, pem = _certificates()
    mark = uuid.uuid4().hex
    with contextlib.ExitStack() as stack:

        def run(program: str, **environment: str) -> tuple[Container, str]:
            container = client.containers.run(
                image,
                ["python3", "-c", program],
                environment=environment,
                labels={"redfirst.test": mark},
                detach=True,
                network="bridge",
            )
            stack.callback(container.remove, force=True, v=True)
            deadline = time.monotonic() + 60
            while _READY not in bytes(container.logs()):
                assert time.monotonic() < deadline, container.logs()
                time.sleep(0.05)
            container.reload()
            return container, str(container.attrs["NetworkSettings"]["Networks"]["bridge"]["IPAddress"])

        index, address = run(_SERVE, PEM=pem, FILES=json.dumps(_files()))
        told = {INDEX: [address], REBOUND: ["169.254.169.254"], "own.test": ["127.0.0.1"]}
        names, dns = run(_NAMES, TOLD=json.dumps(told))
        yield Outside(index, names, address, dns, ca)


def _files() -> dict[str, str]:
    name = "greeting-1.0-py3-none-any.whl"
    wheel = _wheel()
    link = f'<a href="/{name}#sha256={hashlib.sha256(wheel).hexdigest()}">{name}</a>'
    files = {"/simple/greeting/": link.encode(), f"/{name}": wheel, "/hello": b"hello\n"}
    return {path: base64.b64encode(content).decode() for path, content in files.items()}


def _wheel() -> bytes:
    out = io.BytesIO()
    about = "greeting-1.0.dist-info"
    with zipfile.ZipFile(out, "w") as wheel:
        wheel.writestr("greeting.py", 'HELLO = "from the index"\n')
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(
            f"{about}/RECORD", f"greeting.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n"
        )
    return out.getvalue()


def _certificates() -> tuple[bytes, str]:
    """One that signs, and the index's own with its key."""
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(INDEX), x509.DNSName(REBOUND)])
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def certificate(name: str, public: ec.EllipticCurvePublicKey, *, is_ca: bool) -> x509.Certificate:
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")])
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(names, critical=False)
            .sign(root_key, hashes.SHA256())
        )

    pem = serialization.Encoding.PEM
    own = certificate(INDEX, key.public_key(), is_ca=False).public_bytes(pem)
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate("Test CA", root_key.public_key(), is_ca=True).public_bytes(pem), (
        private + own
    ).decode()
