"""Attestations: what was signed is what was proven, by whom it says, and by nobody else."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.attesting import Envelope, attested, opened
from tests.unit.workflows.proved import proof
from workflows.errors import OperatorProblem, UserProblem


def private(key: PrivateKeyTypes) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


KEY = Ed25519PrivateKey.generate()
PROOF = proof()
SIGNED = attested(PROOF, private(KEY))


def public(folder: Path, key: Ed25519PrivateKey = KEY) -> Path:
    path = folder / "key.pem"
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def statement() -> dict[str, object]:
    return json.loads(base64.b64decode(SIGNED.payload))


def saying(told: object) -> Envelope:
    """The same signature over other words."""
    return SIGNED.model_copy(update={"payload": base64.b64encode(json.dumps(told).encode()).decode()})


def test_what_was_signed_is_verified_and_says_by_whom(tmp_path: Path) -> None:
    found, by = opened(SIGNED, public(tmp_path))
    assert found.predicate == PROOF
    assert by == f"by {SIGNED.signatures[0].keyid[:16]}"


def test_it_is_an_in_toto_statement_about_the_commit() -> None:
    told = statement()
    assert told["_type"] == "https://in-toto.io/Statement/v1"
    assert told["subject"] == [{"name": "octo/reds", "digest": {"gitCommit": "c" * 40}}]
    assert told["predicateType"] == "urn:redfirst:proof:2"
    as_json = json.loads(SIGNED.model_dump_json(by_alias=True))
    assert set(as_json) == {"payloadType", "payload", "signatures"}
    assert Envelope.model_validate(as_json) == SIGNED


def test_the_signature_is_what_other_tools_of_dsse_verify() -> None:
    """Over the kind and the payload with their lengths, as its specification has it."""
    payload = base64.b64decode(SIGNED.payload)
    kind = b"application/vnd.in-toto+json"
    told = b" ".join([b"DSSEv1", b"%d" % len(kind), kind, b"%d" % len(payload), payload])
    KEY.public_key().verify(base64.b64decode(SIGNED.signatures[0].sig), told)


def test_any_byte_changed_is_noticed(tmp_path: Path) -> None:
    key = public(tmp_path)
    payload = base64.b64decode(SIGNED.payload)
    for before, after in ((b'"issue":7', b'"issue":8'), (b"assert 1 == 2", b"assert 1 == 3")):
        assert before in payload
        other = base64.b64encode(payload.replace(before, after)).decode()
        with pytest.raises(UserProblem, match="no signature of the attestation is by the key"):
            opened(SIGNED.model_copy(update={"payload": other}), key)


def test_another_key_stands_for_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="no signature of the attestation is by the key"):
        opened(SIGNED, public(tmp_path, Ed25519PrivateKey.generate()))


@pytest.mark.parametrize("sig", ["", "AAAA", "not base64!", "ä"])
def test_what_is_no_signature_is_none(sig: str, tmp_path: Path) -> None:
    wrong = SIGNED.signatures[0].model_copy(update={"sig": sig})
    with pytest.raises(UserProblem, match="no signature"):
        opened(SIGNED.model_copy(update={"signatures": (wrong,)}), public(tmp_path))
    both = SIGNED.model_copy(update={"signatures": (wrong, *SIGNED.signatures)})
    assert opened(both, public(tmp_path))[1]


def test_without_a_key_it_says_that_nobody_signed_it(tmp_path: Path) -> None:
    unsigned = attested(PROOF, "")
    assert unsigned.signatures == ()
    assert opened(unsigned, None) == (opened(SIGNED, None)[0], "")
    with pytest.raises(UserProblem, match="no signature"):
        opened(unsigned, public(tmp_path))


def test_a_statement_about_another_commit_than_its_proof_is_refused() -> None:
    told = statement()
    told["subject"] = [{"name": "octo/reds", "digest": {"gitCommit": "d" * 40}}]
    with pytest.raises(UserProblem, match="speaks of another commit"):
        opened(saying(told), None)


@pytest.mark.parametrize(
    "subject",
    [
        [],
        [{"name": "a", "digest": {"gitCommit": "c" * 40}}] * 2,
        [{"name": "a", "digest": {}}],
        [{"name": "a"}],
    ],
    ids=["none", "two", "no digest", "digest missing"],
)
def test_a_statement_about_no_commit_or_several_is_refused(subject: object) -> None:
    with pytest.raises(ValueError, match="subject"):
        opened(saying({**statement(), "subject": subject}), None)


@pytest.mark.parametrize("payload", ["not base64!", base64.b64encode(b"{").decode(), ""])
def test_what_is_no_statement_is_refused(payload: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whoever reads the file says what it is not
        opened(SIGNED.model_copy(update={"payload": payload}), None)


def test_a_key_of_another_kind_is_the_operators_to_mend(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    with pytest.raises(OperatorProblem, match="must be an Ed25519 key"):
        attested(PROOF, private(other))
    with pytest.raises(OperatorProblem, match="is no private key as PEM text") as error:
        attested(PROOF, "-----BEGIN hunter2")
    assert "hunter2" not in error.value.sentence
    path = tmp_path / "ec.pem"
    path.write_bytes(other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(UserProblem, match="is not an Ed25519 key"):
        opened(SIGNED, path)


def test_a_file_that_holds_no_key_is_said_to_hold_none(tmp_path: Path) -> None:
    (tmp_path / "private.pem").write_text(private(KEY))
    for name in ("private.pem", "nothing.pem"):
        with pytest.raises(UserProblem, match="holds no public key as PEM text"):
            opened(SIGNED, tmp_path / name)
