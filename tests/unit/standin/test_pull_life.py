from __future__ import annotations

import io
import zipfile

import pytest

from bot.standin.errors import GitHubError
from bot.standin.people import StandIn

from .commits import FIXED, branch, commit, tip
from .support import BOT, REPO, As, HttpAs, loose


def _path(pull: int) -> str:
    return f"/repos/{REPO}/pulls/{pull}"


async def test_what_an_app_commits_as_itself_is_verified(github: As, http: HttpAs) -> None:
    bot, gh = http(BOT), github(BOT)
    sha = await commit(gh, {"fizz.py": FIXED}, "Fix fizz\n\nSigned")
    made = (await bot.get(f"/repos/{REPO}/git/commits/{sha}")).json()
    assert (made["verification"]["verified"], made["verification"]["reason"]) == (True, "valid")
    assert made["verification"]["signature"].startswith("-----BEGIN PGP SIGNATURE-----")
    assert made["verification"]["payload"].endswith("\n\nFix fizz\n\nSigned")
    assert (made["author"]["name"], made["committer"]["email"]) == (BOT, "noreply@github.com")
    assert made["message"] == "Fix fizz\n\nSigned"


@pytest.mark.parametrize(
    ("who", "field", "reason"),
    [("writer", "none", "unsigned"), (BOT, "author", "unsigned"), (BOT, "signature", "unknown_key")],
)
async def test_any_other_commit_is_not_verified(
    github: As, http: HttpAs, who: str, field: str, reason: str
) -> None:
    gh = github(BOT)
    parent = await tip(gh)
    tree = loose(await gh.rest.git.async_get_commit("maintainer", "fizz", parent))["tree"]["sha"]
    extra = {
        "none": {},
        "author": {"author": {"name": "A", "email": "a@example.test"}},
        "signature": {"signature": "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----"},
    }
    body = {"message": "m", "tree": tree, "parents": [parent], **extra[field]}
    made = (await http(who).post(f"/repos/{REPO}/git/commits", json=body)).json()
    assert (made["verification"]["verified"], made["verification"]["reason"]) == (False, reason)


async def test_a_tree_entry_whose_type_does_not_fit_its_mode_is_refused(http: HttpAs) -> None:
    for wrong in ({"mode": "100600", "type": "blob"}, {"mode": "100644", "type": "tree"}):
        entry = {"path": "x", "content": "x", **wrong}
        answer = await http(BOT).post(f"/repos/{REPO}/git/trees", json={"tree": [entry]})
        assert answer.status_code == 422


async def test_a_fork_proposes_and_its_later_commits_follow(standin: StandIn, http: HttpAs) -> None:
    await standin.fork(REPO, by="stranger")
    await standin.push("stranger/fizz", "mine", {"fizz.py": FIXED}, "Fix", by="stranger")
    new = {"title": "t", "head": "stranger:mine", "base": "main"}
    made = await http("stranger").post(f"/repos/{REPO}/pulls", json=new)
    assert made.status_code == 201
    pull = made.json()
    assert (pull["head"]["repo"]["full_name"], pull["head"]["repo"]["fork"]) == ("stranger/fizz", True)
    assert (pull["head"]["label"], pull["base"]["repo"]["full_name"]) == ("stranger:mine", REPO)
    again = (await http("stranger").post(f"/repos/{REPO}/pulls", json=new)).json()
    assert again["errors"][0]["message"] == "A pull request already exists for stranger:mine."

    sha = await standin.push("stranger/fizz", "mine", {"more.txt": b"1\n"}, "More", by="stranger")
    files = (await http(BOT).get(f"{_path(pull['number'])}/files")).json()
    assert [file["filename"] for file in files] == ["fizz.py", "more.txt"]
    found = await http(BOT).get(f"/repos/{REPO}/pulls", params={"head": "stranger:mine"})
    assert [one["head"]["sha"] for one in found.json()] == [sha]

    await standin.delete_repository("stranger/fizz")
    left = (await http(BOT).get(_path(pull["number"]))).json()
    assert (left["head"]["repo"], left["head"]["user"]["login"], left["changed_files"]) == (
        None,
        "stranger",
        2,
    )


async def test_nobody_proposes_the_branches_of_another(standin: StandIn, http: HttpAs) -> None:
    await standin.fork(REPO, by="stranger")
    await standin.push("stranger/fizz", "mine", {"fizz.py": FIXED}, "Fix", by="stranger")
    for head in ("stranger:mine", "nobody:mine"):
        answer = await http("reader").post(
            f"/repos/{REPO}/pulls", json={"title": "t", "head": head, "base": "main"}
        )
        assert answer.status_code in (403, 422)
    assert standin.pulls(REPO) == []


async def test_a_branch_behind_its_base_is_brought_up_to_date(
    standin: StandIn, http: HttpAs, pull: int
) -> None:
    path = f"{_path(pull)}/update-branch"
    assert (await http(BOT).put(path, json={})).status_code == 422
    await standin.push(REPO, "main", {"other.txt": b"1\n"}, "Elsewhere", by="maintainer")
    assert (await http(BOT).put(path, json={"expected_head_sha": "0" * 40})).status_code == 422
    assert (await http(BOT).put(path, json={})).status_code == 202
    assert await standin.read_file(REPO, "bot/x", "other.txt") == b"1\n"
    assert "other.txt" not in await standin.diff(REPO, pull)


async def test_a_base_that_was_forced_aside_changes_what_can_be_merged(
    standin: StandIn, http: HttpAs, pull: int
) -> None:
    first = (await http(BOT).get(f"/repos/{REPO}/commits")).json()[-1]["sha"]
    await standin.force_push(
        REPO, "main", {"long.txt": b"other\n"}, "Otherwise", by="maintainer", start=first
    )
    shown = (await http(BOT).get(_path(pull))).json()
    assert (shown["mergeable"], shown["mergeable_state"], shown["commits"]) == (False, "dirty", 2)


async def test_a_closed_pull_request_is_not_opened_on_another_head(
    standin: StandIn, http: HttpAs, pull: int
) -> None:
    await standin.close(REPO, pull, by="maintainer")
    await standin.push(REPO, "bot/x", {"a": b"a"}, "More", by=BOT)
    forced = await http("maintainer").patch(_path(pull), json={"state": "open"})
    assert "force-pushed or recreated" in forced.json()["errors"][0]["message"]
    await standin.delete_branch(REPO, "bot/x", by="maintainer")
    gone = await http("maintainer").patch(_path(pull), json={"state": "open"})
    assert (gone.status_code, standin.issue(REPO, pull).state) == (422, "closed")
    assert "has been deleted" in gone.json()["errors"][0]["message"]


async def test_one_can_ask_whether_it_was_merged_and_which_pull_request_brought_a_commit(
    standin: StandIn, http: HttpAs, pull: int
) -> None:
    assert (await http(BOT).get(f"{_path(pull)}/merge")).status_code == 404
    await standin.ready(REPO, pull, by=BOT)
    sha = await standin.merge(REPO, pull, by="maintainer")
    assert (await http(BOT).get(f"{_path(pull)}/merge")).status_code == 204
    found = (await http(BOT).get(f"/repos/{REPO}/commits/{sha}/pulls")).json()
    assert [one["number"] for one in found] == [pull]
    merged = (await http(BOT).get(f"/repos/{REPO}/commits/{sha}")).json()
    assert merged["commit"]["verification"]["verified"] is True


async def test_branches_are_merged_without_a_pull_request(standin: StandIn, http: HttpAs) -> None:
    path = f"/repos/{REPO}/merges"
    await standin.push(REPO, "side", {"side.txt": b"1\n"}, "Side", by="writer")
    await standin.push(REPO, "rival", {"side.txt": b"2\n"}, "Rival", by="writer", start="main")
    side = {"base": "main", "head": "side", "commit_message": "Join"}
    made = await http("writer").post(path, json=side)
    assert (made.status_code, made.json()["commit"]["message"]) == (201, "Join")
    assert await standin.read_file(REPO, "main", "side.txt") == b"1\n"
    answers = [
        await http("writer").post(path, json={"base": "main", "head": head})
        for head in ("side", "rival", "none")
    ]
    assert [answer.status_code for answer in answers] == [204, 409, 404]
    assert (await http("writer").post(path, json={"base": "none", "head": "side"})).status_code == 404


async def test_a_draft_is_made_by_its_author_and_by_writers_only(standin: StandIn, pull: int) -> None:
    await standin.ready(REPO, pull, by="writer")
    with pytest.raises(GitHubError) as refused:
        await standin.draft(REPO, pull, by="reader")
    assert refused.value.status == 403
    await standin.draft(REPO, pull, by=BOT)
    found = standin.issue(REPO, pull).pull
    assert found
    assert found.draft


async def test_a_zip_is_below_one_folder_too(http: HttpAs) -> None:
    answer = await http(BOT).get(f"/repos/{REPO}/zipball", follow_redirects=True)
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        folders = {name.split("/")[0] for name in archive.namelist()}
        assert len(folders) == 1
        assert f"{folders.pop()}/fizz.py" in archive.namelist()


async def test_no_branch_is_protected(http: HttpAs) -> None:
    path = f"/repos/{REPO}/branches/main"
    assert (await http("writer").get(path)).json()["protected"] is False
    answer = await http("maintainer").get(f"{path}/protection")
    assert (answer.status_code, answer.json()["message"]) == (404, "Branch not protected")


@pytest.mark.parametrize("place", ["CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"])
async def test_the_owners_of_code_are_read_where_they_are(standin: StandIn, http: HttpAs, place: str) -> None:
    await standin.push(REPO, "main", {place: b"* @maintainer\n"}, "Owners", by="maintainer")
    headers = {"Accept": "application/vnd.github.raw+json"}
    for path in ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"):
        answer = await http(BOT).get(f"/repos/{REPO}/contents/{path}", headers=headers)
        assert (answer.status_code, answer.text == "* @maintainer\n") == (
            (200, True) if path == place else (404, False)
        )


async def test_a_head_in_the_repository_needs_write_access(github: As, http: HttpAs) -> None:
    await branch(github(BOT), "bot/x")
    new = {"title": "t", "head": "bot/x", "base": "main"}
    assert (await http("reader").post(f"/repos/{REPO}/pulls", json=new)).status_code == 403


async def test_a_pull_request_moves_to_another_base(standin: StandIn, http: HttpAs, pull: int) -> None:
    await standin.push(REPO, "next", {"n": b"n"}, "Next", by="maintainer")
    moved = await http(BOT).patch(_path(pull), json={"base": "next", "title": "New"})
    assert (moved.json()["base"]["ref"], moved.json()["title"]) == ("next", "New")
    by_base = await http(BOT).get(f"/repos/{REPO}/pulls", params={"base": "main"})
    assert by_base.json() == []
