from __future__ import annotations

import asyncio
import io
import os
import tarfile
from pathlib import Path

import pytest
from githubkit.exception import RequestFailed

from bot.standin.people import StandIn
from bot.standin.server import running

from .commits import FIXED, branch, commit, tip
from .support import BOT, FIZZ, REPO, As, HttpAs, client, config, loose, token


async def test_a_commit_made_through_the_api_is_a_commit(standin: StandIn, github: As) -> None:
    gh = github(BOT)
    parent = await tip(gh)
    sha = await branch(gh, "bot/x", {"fizz.py": FIXED, "tests/test_fizz.py": b"...", "docs/use.md": None})

    got = loose(await gh.rest.git.async_get_commit("maintainer", "fizz", sha))
    assert (got["message"], [p["sha"] for p in got["parents"]]) == ("Fix fizz", [parent])
    assert got["author"]["name"] == BOT
    tree = loose(await gh.rest.git.async_get_tree("maintainer", "fizz", got["tree"]["sha"], recursive="1"))
    files = [entry["path"] for entry in tree["tree"] if entry["type"] == "blob"]
    assert files == ["README.md", "fizz.py", "tests/test_fizz.py"]
    assert await standin.read_file(REPO, "bot/x", "fizz.py") == FIXED
    assert await standin.read_file(REPO, "main", "fizz.py") == FIZZ.encode()
    assert await standin.read_file(REPO, "bot/x", "docs/use.md") is None


async def test_the_author_and_the_message_come_back_as_they_were_sent(github: As) -> None:
    gh = github(BOT)
    parent = await tip(gh)
    tree = loose(await gh.rest.git.async_get_commit("maintainer", "fizz", parent))["tree"]["sha"]
    made = await gh.rest.git.async_create_commit(
        "maintainer",
        "fizz",
        message="Fix fizz\n\nProof: 1 — ✓",
        tree=tree,
        parents=[parent],
        author={"name": "Bob <\n>", "email": "bot@example.test", "date": "2026-01-02T03:04:05Z"},  # pyright: ignore[reportArgumentType]
    )
    got = loose(await gh.rest.git.async_get_commit("maintainer", "fizz", loose(made)["sha"]))

    assert got["message"] == "Fix fizz\n\nProof: 1 — ✓"
    assert got["author"] == {"name": "Bob", "email": "bot@example.test", "date": "2026-01-02T03:04:05Z"}


async def test_a_branch_cannot_be_made_twice(github: As) -> None:
    gh = github(BOT)
    sha = await branch(gh, "bot/x")
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.git.async_create_ref("maintainer", "fizz", ref="refs/heads/bot/x", sha=sha)
    assert failure.value.response.status_code == 422
    assert failure.value.response.json()["message"] == "Reference already exists"


async def test_a_branch_moves_forward_only_unless_forced(github: As) -> None:
    gh = github(BOT)
    base = await tip(gh)
    first = await branch(gh, "bot/x")
    second = await commit(gh, {"fizz.py": b"again\n"}, parent=first)
    moved = await gh.rest.git.async_update_ref("maintainer", "fizz", "heads/bot/x", sha=second)
    assert loose(moved)["object"]["sha"] == second

    aside = await commit(gh, {"fizz.py": b"aside\n"}, parent=base)
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.git.async_update_ref("maintainer", "fizz", "heads/bot/x", sha=aside)
    assert failure.value.response.status_code == 422
    assert failure.value.response.json()["message"] == "Update is not a fast forward"
    assert await tip(gh, "bot/x") == second

    await gh.rest.git.async_update_ref("maintainer", "fizz", "heads/bot/x", sha=aside, force=True)
    assert await tip(gh, "bot/x") == aside


async def test_of_two_rivals_for_a_branch_one_is_told_no(github: As) -> None:
    gh = github(BOT)
    await branch(gh, "bot/x")
    rivals = [await commit(gh, {"fizz.py": text}, parent=await tip(gh, "bot/x")) for text in (b"1\n", b"2\n")]
    moves = [gh.rest.git.async_update_ref("maintainer", "fizz", "heads/bot/x", sha=sha) for sha in rivals]
    results = await asyncio.gather(*moves, return_exceptions=True)
    assert sorted(isinstance(result, RequestFailed) for result in results) == [False, True]


async def test_a_reference_that_is_not_there(github: As) -> None:
    gh = github(BOT)
    with pytest.raises(RequestFailed) as read:
        await gh.rest.git.async_get_ref("maintainer", "fizz", "heads/none")
    assert read.value.response.status_code == 404
    for action in (
        gh.rest.git.async_update_ref("maintainer", "fizz", "heads/none", sha=await tip(gh)),
        gh.rest.git.async_delete_ref("maintainer", "fizz", "heads/none"),
    ):
        with pytest.raises(RequestFailed) as failure:
            await action
        assert failure.value.response.json()["message"] == "Reference does not exist"


async def test_matching_references_are_found_by_the_start_of_their_name(github: As) -> None:
    gh = github(BOT)
    await branch(gh, "bot/issue-1")
    await branch(gh, "bot/issue-12")
    found = await gh.rest.git.async_list_matching_refs("maintainer", "fizz", "heads/bot/issue-1")
    assert [ref["ref"] for ref in loose(found)] == ["refs/heads/bot/issue-1", "refs/heads/bot/issue-12"]


@pytest.mark.parametrize("path", ["../out", "/etc/passwd", "a//b", ".git/config", "a/.GIT/hooks/x", ""])
async def test_a_path_that_leaves_the_tree_is_refused(http: HttpAs, path: str) -> None:
    entry = {"path": path, "mode": "100644", "type": "blob", "content": "x"}
    answer = await http(BOT).post(f"/repos/{REPO}/git/trees", json={"tree": [entry]})
    assert (answer.status_code, answer.json()["message"]) == (
        422,
        "tree.path contains a malformed path component",
    )


async def test_deleting_a_file_that_is_not_there_is_refused(github: As) -> None:
    with pytest.raises(RequestFailed) as failure:
        await commit(github(BOT), {"none.py": None})
    assert failure.value.response.status_code == 422


async def test_contents_are_base64_in_lines_or_raw(github: As, http: HttpAs) -> None:
    import base64

    gh = github(BOT)
    got = loose(await gh.rest.repos.async_get_content("maintainer", "fizz", "fizz.py", ref="main"))
    assert base64.b64decode(got["content"]) == FIZZ.encode()
    assert "\n" in got["content"].rstrip("\n")
    raw = await http(BOT).get(
        f"/repos/{REPO}/contents/fizz.py", headers={"Accept": "application/vnd.github.raw"}
    )
    assert raw.text == FIZZ
    folder = loose(await gh.rest.repos.async_get_content("maintainer", "fizz", "docs"))
    assert [(entry["path"], entry["type"]) for entry in folder] == [("docs/use.md", "file")]


async def test_a_comparison_says_what_is_ahead(github: As) -> None:
    gh = github(BOT)
    await branch(gh, "bot/x")
    got = loose(await gh.rest.repos.async_compare_commits("maintainer", "fizz", "main...bot/x"))

    assert (got["status"], got["ahead_by"], got["behind_by"]) == ("ahead", 1, 0)
    [changed] = got["files"]
    assert (changed["filename"], changed["additions"], changed["deletions"]) == ("fizz.py", 1, 1)
    assert changed["patch"].startswith("@@ ")


async def test_binary_renamed_and_deleted_files_are_told_apart(http: HttpAs, github: As) -> None:
    gh = github(BOT)
    files = {"fizz.py": None, "fuzz.py": FIZZ.encode(), "x.bin": b"\0\1", "docs/use.md": None}
    await branch(gh, "bot/x", files)
    got = loose(await gh.rest.repos.async_compare_commits("maintainer", "fizz", "main...bot/x"))
    kinds = {file["filename"]: (file["status"], "patch" in file) for file in got["files"]}

    assert kinds == {
        "docs/use.md": ("removed", True),
        "fuzz.py": ("renamed", False),
        "x.bin": ("added", False),
    }


async def test_the_archive_is_below_one_folder_as_from_github(github: As, http: HttpAs) -> None:
    gh = github(BOT)
    sha = await tip(gh)
    redirect = await http(BOT).get(f"/repos/{REPO}/tarball/main")
    assert redirect.status_code == 302
    assert "/legacy.tar.gz/" in redirect.headers["location"]

    answer = await gh.rest.repos.async_download_tarball_archive("maintainer", "fizz", "main")
    with tarfile.open(fileobj=io.BytesIO(answer.content), mode="r:gz") as archive:
        folder = f"maintainer-fizz-{sha[:7]}"
        names = [member.name for member in archive.getmembers() if member.isfile()]
        assert names == [f"{folder}/README.md", f"{folder}/docs/use.md", f"{folder}/fizz.py"]
        file = archive.extractfile(f"{folder}/fizz.py")
        assert file
        assert file.read() == FIZZ.encode()


async def test_an_archive_address_without_its_token_gives_nothing(http: HttpAs) -> None:
    location = (await http(BOT).get(f"/repos/{REPO}/tarball/main")).headers["location"]
    answer = await http(BOT).get(location.partition("?")[0])
    assert answer.status_code == 404


async def _git(folder: Path, *arguments: str) -> int:
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    process = await asyncio.create_subprocess_exec(
        "git",
        *arguments,
        cwd=folder,
        env=env,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


async def test_git_clones_and_fetches_but_cannot_push(standin: StandIn, github: As, tmp_path: Path) -> None:
    gh = github(BOT)
    address = f"{standin.url}/{REPO}.git"
    assert await _git(tmp_path, "clone", "-q", address, "copy") == 0
    assert (tmp_path / "copy" / "fizz.py").read_text() == FIZZ

    await branch(gh, "bot/x")
    assert await _git(tmp_path / "copy", "fetch", "-q", "origin", "bot/x") == 0
    assert await _git(tmp_path / "copy", "push", "-q", "origin", "HEAD:refs/heads/pushed") != 0
    assert await standin.read_file(REPO, "pushed", "fizz.py") is None


async def test_a_private_repository_is_cloned_with_a_token_only(tmp_path: Path) -> None:
    async with running(config(private=True)) as standin:
        address = f"{standin.url}/{REPO}.git"
        assert await _git(tmp_path, "clone", "-q", address, "without") != 0
        for login, worked in (("reader", True), ("stranger", False)):
            mine = address.replace("http://", f"http://x-access-token:{token(login)}@")
            assert (await _git(tmp_path, "clone", "-q", mine, login) == 0) is worked
        assert client(standin, "reader")


async def test_no_reference_name_becomes_an_option_of_git(http: HttpAs) -> None:
    for name in ("--output=/tmp/x", "-h", "main~1", "main^{tree}", "@{-1}"):
        assert (await http(BOT).get(f"/repos/{REPO}/git/trees/{name}")).status_code == 404
        answer = await http(BOT).get(f"/repos/{REPO}/contents/fizz.py", params={"ref": name})
        assert answer.status_code == 404
