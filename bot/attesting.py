"""A proof as an in-toto statement about a commit, in a DSSE envelope that says who stands for it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from workflows.errors import OperatorProblem, UserProblem
from workflows.proof.statement import Proof

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PAYLOAD = "application/vnd.in-toto+json"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Commit(_Part):
    sha: str = Field(alias="gitCommit")


class Subject(_Part):
    name: str
    digest: Commit


class Statement(_Part):
    type: Literal["https://in-toto.io/Statement/v1"] = Field(
        default="https://in-toto.io/Statement/v1", alias="_type"
    )
    subject: tuple[Subject]
    predicate_type: Literal["urn:redfirst:proof:2"] = Field(
        default="urn:redfirst:proof:2", alias="predicateType"
    )
    predicate: Proof


class Signature(_Part):
    keyid: str
    sig: str


class Envelope(_Part):
    payload_type: Literal["application/vnd.in-toto+json"] = Field(default=PAYLOAD, alias="payloadType")
    payload: str
    signatures: tuple[Signature, ...]


def attested(proof: Proof, private_key: str) -> Envelope:
    """Signed where there is a key; without one the envelope says that nobody did."""
    commit = Subject(name=proof.repository, digest=Commit(gitCommit=proof.head_sha))
    payload = Statement(subject=(commit,), predicate=proof).model_dump_json(by_alias=True).encode()
    signatures = (_signed(payload, private_key),) if private_key else ()
    return Envelope(payload=base64.b64encode(payload).decode(), signatures=signatures)


def opened(envelope: Envelope, key: Path | None) -> tuple[Statement, str]:
    """The statement, and whose signature was found good; UserProblem where one was asked for and is not,
    ValueError where this is no attestation at all."""
    payload = base64.b64decode(envelope.payload, validate=True)
    statement = Statement.model_validate_json(payload)
    (commit,) = statement.subject
    if commit.digest.sha != statement.predicate.head_sha:
        raise UserProblem("the attestation speaks of another commit than its proof does")
    if key is None:
        return statement, ""
    public = _public(key)
    if not any(_is_good(public, payload, signature) for signature in envelope.signatures):
        raise UserProblem(f"no signature of the attestation is by the key in {key}")
    return statement, f"by {_id(public)[:16]}"


def _signed(payload: bytes, pem: str) -> Signature:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise OperatorProblem(f"REDFIRST_PROOF_KEY is no private key as PEM text: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise OperatorProblem(
            "REDFIRST_PROOF_KEY must be an Ed25519 key: `openssl genpkey -algorithm ed25519`"
        )
    signature = key.sign(_encoded(payload))
    return Signature(keyid=_id(key.public_key()), sig=base64.b64encode(signature).decode())


def _public(path: Path) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UserProblem(f"{path} holds no public key as PEM text: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UserProblem(f"the key in {path} is not an Ed25519 key")
    return key


def _is_good(key: Ed25519PublicKey, payload: bytes, signature: Signature) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(base64.b64decode(signature.sig, validate=True), _encoded(payload))
    except (InvalidSignature, ValueError):
        return False
    return True


def _encoded(payload: bytes) -> bytes:
    """What DSSE signs: kind and payload, each with its length, so that neither passes for the other."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD), PAYLOAD.encode(), len(payload), payload)


def _id(key: Ed25519PublicKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
