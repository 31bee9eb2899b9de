"""`redfirst verify`: a proof in a file against a repository on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from bot.attesting import attested
from bot.cli.app import app
from bot.local import verifying
from bot.sandboxes.memory import MemorySandboxes
from tests.unit.bot.little_repository import commit, judged_by, repository
from tests.unit.bot.test_attesting import private, public
from tests.unit.bot.test_local_forge import run
from tests.unit.workflows.proved import THE_FIX, THE_TEST, proof
from tests.unit.workflows.scene import BUG, FILES, FIXED, TEST
from workflows.proof.statement import Proof
from workflows.proof.verify import Check

ALL = ["head", "patches", "sandbox", "base", "red", "green", "suite", "controls"]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path)


@pytest.fixture(autouse=True)
def sandboxes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MemorySandboxes:
    return judged_by(verifying, monkeypatch, tmp_path / "data")


@pytest.fixture
def proven(repo: Path) -> Proof:
    base = commit(repo, FILES)
    head = commit(repo, {"shelf/pages.py": FIXED, "tests/test_new.py": TEST})
    return proof(base_sha=base, head_sha=head)


def kept(of: Proof | str, repo: Path) -> Path:
    path = repo.parent / "proof.json"
    path.write_text(of if isinstance(of, str) else of.model_dump_json(indent=2))
    return path


def verify(of: Path, repo: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["verify", str(of), "--repo", str(repo), *options])


def said(of: Path, repo: Path, *options: str) -> dict[str, Any]:
    return json.loads(verify(of, repo, "--json", *options).stdout)


def last(told: dict[str, Any]) -> Check:
    return Check.model_validate(told["checks"][-1])


def test_a_proof_of_what_is_so_agrees(proven: Proof, repo: Path, sandboxes: MemorySandboxes) -> None:
    done = verify(kept(proven, repo), repo)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines[:-1]] == ALL
    how = {line.split()[1]: line.split()[0] for line in lines[:-1]}
    assert how.pop("sandbox") == "note"
    assert set(how.values()) == {"agrees"}
    assert lines[-1] == "the proof agrees"
    assert sandboxes.boxes == {}


def test_a_program_gets_every_check(proven: Proof, repo: Path) -> None:
    done = verify(kept(proven, repo), repo, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["ok"], told["agrees"]) == (0, True, True)
    assert [check["name"] for check in told["checks"]] == ALL


def test_another_sandbox_is_said_and_refused_only_on_demand(
    proven: Proof, repo: Path, sandboxes: MemorySandboxes
) -> None:
    told = said(kept(proven, repo), repo)
    (note,) = [check for check in told["checks"] if check["is_note"]]
    assert (note["name"], told["agrees"]) == ("sandbox", True)
    assert "kind: docker there, memory here; image: python@sha256:abc there, memory here" in note["said"]
    done = verify(kept(proven, repo), repo, "--same-image")
    assert done.exit_code == 1
    assert "DIFFERS  sandbox      the image here is not known by a digest: memory" in done.stdout


def test_a_patch_that_was_changed_afterwards_differs(proven: Proof, repo: Path) -> None:
    (change,) = THE_FIX.changes
    other = proven.model_dump(mode="json")
    other["fix"]["changes"] = [{"path": change.path, "content": BUG.replace("10", "9")}]
    other["head_sha"] = ""
    done = verify(kept(json.dumps(other), repo), repo)
    assert done.exit_code == 1
    assert "DIFFERS  patches      not what the digests say" in done.stdout
    assert done.stdout.endswith("the proof does not agree\n")


def test_a_commit_that_holds_more_than_the_patches_differs(proven: Proof, repo: Path) -> None:
    more = commit(repo, {"shelf/backdoor.py": "import os\n", "README.md": "."})
    done = verify(kept(proven.model_copy(update={"head_sha": more}), repo), repo, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["agrees"]) == (1, False)
    assert last(told) == Check(
        name="head", agrees=False, said=f"{more[:12]} differs in README.md, shelf/backdoor.py"
    )


def test_a_base_that_has_gone_on_since_the_commit_was_made_is_no_difference(
    proven: Proof, repo: Path
) -> None:
    run(repo, "checkout", "-q", "-b", "later", proven.base_sha)
    later = commit(repo, {"notes.md": "later"})
    assert said(kept(proven.model_copy(update={"base_sha": later}), repo), repo)["agrees"]


def test_a_commit_that_has_nothing_to_do_with_the_base_differs(proven: Proof, repo: Path) -> None:
    run(repo, "checkout", "-q", "--orphan", "other")
    other = commit(repo, {"shelf/pages.py": FIXED, "tests/test_new.py": TEST})
    told = said(kept(proven.model_copy(update={"head_sha": other}), repo), repo)
    assert last(told) == Check(name="head", agrees=False, said=f"{other[:12]} did not grow from the base")


def test_a_commit_that_is_not_here_is_not_missed(proven: Proof, repo: Path) -> None:
    for head in ("", "f" * 40):
        told = said(kept(proven.model_copy(update={"head_sha": head}), repo), repo)
        assert [check["name"] for check in told["checks"]] == ALL[1:]
        assert told["agrees"]


def test_a_fix_that_does_not_mend_differs_with_what_was_seen(proven: Proof, repo: Path) -> None:
    wrong = THE_FIX.changes[0].model_copy(update={"content": BUG.replace("10", "9")})
    patch = THE_FIX.model_copy(update={"changes": (wrong,)})
    lying = proven.model_copy(update={"fix": patch, "fix_digest": patch.digest(), "head_sha": ""})
    done = verify(kept(lying, repo), repo)
    assert done.exit_code == 1
    assert "DIFFERS  green        the repro test still fails: " in done.stdout
    assert "assert 1 == 2" in done.stdout


def test_a_base_that_is_not_here_is_to_be_fetched(proven: Proof, repo: Path) -> None:
    done = verify(kept(proven.model_copy(update={"base_sha": "f" * 40}), repo), repo, "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["ok"] is False
    assert f"the base {'f' * 12} is not in {repo}: fetch it" in told["error"]


@pytest.mark.parametrize("commit", ["main", "HEAD^{tree}", "--output=x", "F" * 40, "f" * 39, "f" * 40 + "\n"])
@pytest.mark.parametrize("which", ["base_sha", "head_sha"])
def test_a_name_that_may_be_another_commit_tomorrow_is_not_taken(
    which: str, commit: str, proven: Proof, repo: Path
) -> None:
    done = verify(kept(proven.model_copy(update={which: commit}), repo), repo)
    assert done.exit_code == 1
    assert "names its commits by something else than their ids" in done.stderr


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '"x"', "{}", '{"payloadType": 1}', "[" * 100_000, '{"schema_version": 3}', "\0"],
    ids=["empty", "open", "list", "null", "word", "nothing", "odd", "deep", "newer", "nul"],
)
def test_what_is_no_proof_is_said_to_be_none(text: str, proven: Proof, repo: Path) -> None:
    done = verify(kept(text, repo), repo)
    assert done.exit_code == 1
    assert "proof.json is no proof: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_said_so(proven: Proof, repo: Path) -> None:
    assert "cannot be read: No such file" in verify(repo / "nothing.json", repo).stderr
    assert "cannot be read: Is a directory" in verify(repo, repo).stderr


def test_a_file_that_is_very_large_is_not_read(
    proven: Proof, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "MOST_BYTES", 100)
    assert "is larger than 100 bytes: no proof is" in verify(kept(proven, repo), repo).stderr


def test_what_is_no_repository_is_said_so(proven: Proof, repo: Path, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    assert "is not the top of a git repository" in verify(kept(proven, repo), tmp_path / "bare").stderr


# --- signed ---------------------------------------------------------------------------------------------

KEY = Ed25519PrivateKey.generate()


def signed(of: Proof, repo: Path) -> Path:
    return kept(attested(of, private(KEY)).model_dump_json(by_alias=True), repo)


def test_a_signature_is_looked_at_first_where_a_key_is_given(proven: Proof, repo: Path) -> None:
    told = said(signed(proven, repo), repo, "--key", str(public(repo.parent, KEY)))
    assert [check["name"] for check in told["checks"]] == ["signature", *ALL]
    assert told["agrees"]


def test_one_that_nobody_asked_about_is_not_looked_at(proven: Proof, repo: Path) -> None:
    told = said(signed(proven, repo), repo)
    assert [check["name"] for check in told["checks"]] == ALL


def test_another_key_ends_it_before_anything_is_run(
    proven: Proof, repo: Path, sandboxes: MemorySandboxes
) -> None:
    key = public(repo.parent, Ed25519PrivateKey.generate())
    done = verify(signed(proven, repo), repo, "--key", str(key))
    assert done.exit_code == 1
    assert "no signature of the attestation is by the key in" in done.stderr
    assert sandboxes.set_ups == {}


def test_a_plain_proof_is_not_taken_for_a_signed_one(proven: Proof, repo: Path) -> None:
    done = verify(kept(proven, repo), repo, "--key", str(public(repo.parent, KEY)))
    assert done.exit_code == 1
    assert "is not signed; `redfirst runs show RUN --attestation` prints what is" in done.stderr


def test_the_test_of_a_proof_is_what_was_committed() -> None:
    assert THE_TEST.changes[0].content == TEST
