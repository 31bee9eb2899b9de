"""The forge of a repository on this machine: a branch is made beside the work, and nothing of it runs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from bot.local import git
from bot.local.forge import LocalForge
from policies.effects import AddReaction, OpenPullRequest, PostComment, PushCommit
from policies.facts import Permission
from policies.patch import FileChange, Patch
from workflows.errors import UserProblem
from workflows.tree import unpack
from workflows.trigger import Tenant

TENANT = Tenant(repository="local/project")


def run(repo: Path, *args: str) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
    }
    who = ["-c", "user.name=dev", "-c", "user.email=dev@localhost"]
    done = subprocess.run(
        ["git", *who, "-C", str(repo), *args], check=True, capture_output=True, text=True, env=environment
    )
    return done.stdout.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "shelf").mkdir(parents=True)
    (root / "shelf" / "pages.py").write_text("def pages(n):\n    return n // 10\n")
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("shelf/pages.py")
    run(root.parent, "init", "-q", "-b", "trunk", str(root))
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "first")
    return root


@pytest.fixture
def forge(repo: Path, tmp_path: Path) -> LocalForge:
    return LocalForge(repo, tmp_path / "proposals")


def push(repo: Path, *changes: FileChange, key: str = "r1/fix/propose/commit") -> PushCommit:
    return PushCommit(
        key=key,
        repository="local/project",
        branch="redfirst/7-pages",
        base_sha=run(repo, "rev-parse", "HEAD"),
        message="Fix #7: pages",
        patch=Patch(changes=changes or (FileChange(path="shelf/pages.py", content="fixed\n"),)),
    )


def evil(repo: Path, sentinel: Path) -> None:
    """All that a repository's own configuration could have git run, as far as there is a way."""
    trap = repo.parent / "trap.sh"
    trap.write_text(f"#!/bin/sh\necho $0 >> {sentinel}\ncat\n")
    trap.chmod(0o755)
    hooks = repo / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in (
        "pre-commit",
        "post-commit",
        "reference-transaction",
        "post-index-change",
        "post-checkout",
        "update",
    ):
        (hooks / name).write_text(f"#!/bin/sh\necho {name} >> {sentinel}\n")
        (hooks / name).chmod(0o755)
    (repo / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    (repo / ".git" / "info").mkdir(exist_ok=True)
    (repo / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\n")
    for name, value in {
        "core.fsmonitor": str(trap),
        "core.hooksPath": str(hooks),
        "filter.evil.clean": str(trap),
        "filter.evil.smudge": str(trap),
        "filter.evil.process": str(trap),
        "filter.evil.required": "true",
        "diff.external": str(trap),
        "diff.evil.textconv": str(trap),
        "core.pager": str(trap),
        "core.editor": str(trap),
        "core.sshCommand": str(trap),
        "gpg.program": str(trap),
        "commit.gpgSign": "true",
        "credential.helper": f"!{trap}",
        "alias.cat-file": f"!{trap}",
    }.items():
        run(repo, "config", name, value)


async def test_the_head_is_the_branch_that_is_checked_out(forge: LocalForge, repo: Path) -> None:
    head = await forge.head(TENANT)
    assert (head.branch, head.sha) == ("trunk", run(repo, "rev-parse", "HEAD"))


async def test_a_detached_head_is_a_head_too(forge: LocalForge, repo: Path) -> None:
    run(repo, "checkout", "-q", "--detach")
    assert (await forge.head(TENANT)).branch == "detached"


async def test_a_commit_is_read_as_it_is_and_not_as_the_folder_looks(forge: LocalForge, repo: Path) -> None:
    (repo / "shelf" / "pages.py").write_text("not committed")
    (repo / "untracked.py").write_text("x")
    tree = unpack(await forge.tarball(TENANT, run(repo, "rev-parse", "HEAD")))
    assert set(tree.files) == {"shelf/pages.py", "run.sh"}
    assert tree.files["shelf/pages.py"].content == b"def pages(n):\n    return n // 10\n"
    assert tree.files["run.sh"].executable
    assert dict(tree.links) == {"link": "shelf/pages.py"}


async def test_a_submodule_is_left_out(forge: LocalForge, repo: Path) -> None:
    run(repo, "update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},vendor")
    run(repo, "commit", "-q", "-m", "submodule")
    assert "vendor" not in unpack(await forge.tarball(TENANT, run(repo, "rev-parse", "HEAD"))).files


async def test_a_branch_is_made_beside_the_work(forge: LocalForge, repo: Path) -> None:
    (repo / "shelf" / "pages.py").write_text("work in progress\n")
    run(repo, "add", "-A")
    before = (
        run(repo, "status", "--porcelain"),
        run(repo, "rev-parse", "HEAD"),
        run(repo, "branch", "--show-current"),
    )
    new = FileChange(path="tests/test_new.py", content="test\n")
    done = await forge.write(TENANT, push(repo, FileChange(path="shelf/pages.py", content="fixed\n"), new))
    assert run(repo, "rev-parse", "redfirst/7-pages") == done.sha
    assert run(repo, "show", "redfirst/7-pages:shelf/pages.py") == "fixed"
    assert run(repo, "diff", "--name-status", "trunk", "redfirst/7-pages").split() == [
        "M",
        "shelf/pages.py",
        "A",
        "tests/test_new.py",
    ]
    assert run(repo, "log", "-1", "--format=%an|%s", "redfirst/7-pages") == "Redfirst|Fix #7: pages"
    after = (
        run(repo, "status", "--porcelain"),
        run(repo, "rev-parse", "HEAD"),
        run(repo, "branch", "--show-current"),
    )
    assert after == before


async def test_modes_stay_and_a_deletion_deletes(forge: LocalForge, repo: Path) -> None:
    changes = (
        FileChange(path="run.sh", content="#!/bin/sh\ntrue\n"),
        FileChange(path="shelf/pages.py", content=None),
    )
    await forge.write(TENANT, push(repo, *changes))
    listed = run(repo, "ls-tree", "-r", "redfirst/7-pages")
    assert "100755 blob" in next(line for line in listed.splitlines() if line.endswith("run.sh"))
    assert "pages.py" not in listed


async def test_a_file_is_never_written_through_a_link(forge: LocalForge, repo: Path) -> None:
    with pytest.raises(UserProblem, match="link is not a plain file in the repository"):
        await forge.write(TENANT, push(repo, FileChange(path="link", content="x")))
    assert run(repo, "branch", "--list", "redfirst/*") == ""


async def test_the_same_commit_asked_for_twice_is_one(forge: LocalForge, repo: Path) -> None:
    first = await forge.write(TENANT, push(repo))
    assert await forge.write(TENANT, push(repo)) == first
    assert run(repo, "rev-list", "--count", "redfirst/7-pages") == "2"


async def test_a_branch_of_somebody_else_stays_as_it_is(forge: LocalForge, repo: Path) -> None:
    run(repo, "branch", "redfirst/7-pages")
    tip = run(repo, "rev-parse", "redfirst/7-pages")
    with pytest.raises(UserProblem, match="the branch redfirst/7-pages exists; rename or delete it"):
        await forge.write(TENANT, push(repo))
    assert run(repo, "rev-parse", "redfirst/7-pages") == tip


async def test_a_branch_that_cannot_be_is_told_in_gits_words(forge: LocalForge, repo: Path) -> None:
    run(repo, "branch", "redfirst")
    with pytest.raises(UserProblem, match=r"git update-ref: .*redfirst"):
        await forge.write(TENANT, push(repo))


async def test_nothing_that_the_repository_names_is_run(
    forge: LocalForge, repo: Path, tmp_path: Path
) -> None:
    sentinel = tmp_path / "ran"
    evil(repo, tmp_path / "ran")
    head = await forge.head(TENANT)
    await forge.tarball(TENANT, head.sha)
    await forge.write(TENANT, push(repo))
    await forge.write(TENANT, push(repo))
    assert not sentinel.exists(), sentinel.read_text()


def test_the_traps_do_catch_a_plain_git(repo: Path, tmp_path: Path) -> None:
    evil(repo, tmp_path / "ran")
    subprocess.run(["git", "-C", str(repo), "add", "-A"], check=False, capture_output=True)
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("sha", ["--upload-pack=evil", "-x", "nothing", "HEAD^{tree}"])
async def test_a_name_is_a_name_and_no_option(repo: Path, sha: str) -> None:
    with pytest.raises(git.GitFailed):
        await git.sha_of(repo, sha)


async def test_what_a_hook_that_calls_us_would_have_git_use_is_not_used(
    forge: LocalForge, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    await forge.write(TENANT, push(repo))
    assert run(repo, "rev-parse", "redfirst/7-pages")
    assert not (tmp_path / "index").exists()


async def test_a_branch_is_known_to_be_there_or_not(forge: LocalForge, repo: Path) -> None:
    assert await forge.tip(TENANT, "trunk")
    assert not await forge.tip(TENANT, "redfirst/7-pages")


async def test_whoever_can_run_us_here_can_write_here(forge: LocalForge) -> None:
    assert await forge.permission(TENANT, "you") is Permission.ADMIN


async def test_a_pull_request_is_a_file_to_read(forge: LocalForge, tmp_path: Path) -> None:
    effect = OpenPullRequest(
        key="k",
        repository="local/project",
        head="redfirst/7-pages",
        base="trunk",
        title="Fix",
        body="It was off.",
    )
    done = await forge.write(TENANT, effect)
    path = tmp_path / "proposals" / "redfirst-7-pages.md"
    assert (done.number, done.url) == (0, path.as_uri())
    assert path.read_text() == "# Fix\n\nIt was off.\n"


async def test_comments_and_reactions_have_nowhere_to_go(forge: LocalForge) -> None:
    comment = PostComment(key="k", repository="local/project", issue=1, body="x", sticky="r1")
    assert (await forge.write(TENANT, comment)).ref == "r1"
    assert (await forge.write(TENANT, AddReaction(key="k", repository="l/p", issue=1))).ref == "k"
    await forge.close()
