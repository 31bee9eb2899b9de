"""A GitHub whose lists are behind its writes, as it warns that they may be: nothing is written twice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import httpx
import pytest

from bot.github import once, transport
from bot.standin.faults import Fault
from policies.effects import Conclusion, PostComment, ReportCheck
from tests.contract.between import Between, otherwise
from tests.contract.github_here import REPOSITORY, TENANT, proposal
from tests.contract.test_github_faults import WRITES, left
from workflows.errors import Passing

REPO = f"/repos/{REPOSITORY}"
LOOKS = 3
# What is known by a marker in a list. The others are known by what they change.
LISTED = ("comment", "sticky", "check", "review")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(once, "SETTLING", (0.0,) * LOOKS)


_LISTS = re.compile(r"/(comments|reviews|check-runs|statuses|pulls)$")
_WRITES = re.compile(r"/(comments|reviews|check-runs|statuses/\w+|pulls|replies)$")
_ONE = re.compile(r"/issues/comments/\d+$")


@dataclass
class Behind:
    """Gives the first answer to a question again for some times, and then the true one."""

    times: int
    told: dict[str, httpx.Response] = field(default_factory=dict[str, httpx.Response])
    left: int = 0

    def __call__(self, _: Between, asked: httpx.Request, answer: httpx.Response) -> httpx.Response:
        path = asked.url.path
        if asked.method == "POST" and _WRITES.search(path):
            self.left = self.times
        if asked.method != "GET" or not (_LISTS.search(path) or _ONE.search(path)):
            return answer
        key = asked.url.raw_path.decode()
        if self.left and _ONE.search(path):
            self.left -= 1
            return httpx.Response(404, json={"message": "Not Found"})
        if self.left and key in self.told:
            self.left -= 1
            return self.told[key]
        self.told[key] = answer
        return answer


@pytest.mark.parametrize("what", ["answer", "malformed"])
@pytest.mark.parametrize("name", LISTED)
async def test_a_write_that_broke_is_looked_for_until_the_list_shows_it(name: str, what: str) -> None:
    method, path, make = WRITES[name]
    async with otherwise(Behind(LOOKS - 1)) as (here, _):
        number, sha = await here.proposed()
        fault = Fault("malformed") if what == "malformed" else Fault("answer", status=502, when="after")
        here.fault(Fault(fault.what, method, path, when=fault.when, status=fault.status))
        before = left(here, number)
        effect = make(here, number, sha)
        first = await here.forge.write(TENANT, effect)
        between = left(here, number)
        assert between != before
        assert await here.forge.write(TENANT, effect) == first
        assert left(here, number) == between


@pytest.mark.parametrize("name", LISTED)
async def test_what_we_have_just_written_is_known_though_the_list_does_not_show_it(name: str) -> None:
    _, _, make = WRITES[name]
    async with otherwise(Behind(LOOKS)) as (here, _):
        number, sha = await here.proposed()
        effect = make(here, number, sha)
        first = await here.forge.write(TENANT, effect)
        between = left(here, number)
        assert await here.forge.write(TENANT, effect) == first
        assert left(here, number) == between


async def test_an_answer_on_a_line_that_broke_is_looked_for_too() -> None:
    async with otherwise(Behind(LOOKS - 1)) as (here, _):
        number, _ = await here.theirs()
        asked = await here.standin.comment_on_line(
            REPOSITORY, number, "shelf/more.py", 2, "Why?", by="writer"
        )
        reply = PostComment(key="d", repository=REPOSITORY, issue=number, body="So.", in_reply_to=asked.id)
        here.fault(Fault("answer", "POST", f"{REPO}/pulls/*/replies", status=502, when="after"))
        for _ in range(2):
            await here.forge.write(TENANT, reply)
        assert len(here.standin.line_comments(REPOSITORY, number)) == 2


async def test_a_status_that_broke_is_looked_for_too() -> None:
    async with otherwise(Behind(LOOKS - 1), as_app=False) as (here, _):
        _, sha = await here.proposed()
        check = ReportCheck(
            key="r1/check", repository=REPOSITORY, sha=sha, name="redfirst",
            conclusion=Conclusion.SUCCESS, title="t", summary="s",
        )  # fmt: skip
        here.fault(Fault("answer", "POST", f"{REPO}/statuses/*", status=502, when="after"))
        for _ in range(2):
            await here.forge.write(TENANT, check)
        assert len(here.standin.repository(REPOSITORY).checks.statuses) == 1


async def test_a_pull_request_that_broke_is_looked_for_too() -> None:
    async with otherwise(Behind(LOOKS - 1)) as (here, _):
        await here.forge.write(TENANT, await here.commit())
        here.fault(Fault("answer", "POST", f"{REPO}/pulls", status=502, when="after"))
        made = await here.forge.write(TENANT, proposal())
        assert [one.number for one in here.standin.pulls(REPOSITORY)] == [made.number]


async def test_a_write_that_did_not_happen_is_not_looked_for_without_end() -> None:
    async with otherwise(Behind(0)) as (here, proxy):
        comments = f"{REPO}/issues/1/comments"
        here.fault(Fault("answer", "POST", comments, status=502))
        with pytest.raises(Passing, match="502"):
            await here.forge.write(TENANT, _comment())
        assert _asked(proxy, "GET", comments) == 1 + LOOKS
        await here.forge.write(TENANT, _comment())
        assert len(here.comments()) == 1


async def test_a_write_that_was_refused_for_haste_is_not_looked_for() -> None:
    async with otherwise(Behind(0)) as (here, proxy):
        comments = f"{REPO}/issues/1/comments"
        here.fault(Fault("secondary_limit", "POST", comments, retry_after=30))
        with pytest.raises(Passing, match="rate limit"):
            await here.forge.write(TENANT, _comment())
        assert _asked(proxy, "GET", comments) == 1


async def test_a_commit_is_made_once_though_its_branch_is_moved_only_later() -> None:
    async with otherwise(Behind(0)) as (here, proxy):
        here.fault(Fault("answer", "POST", f"{REPO}/git/refs", status=502))
        effect = await here.commit()
        with pytest.raises(Passing, match="502"):
            await here.forge.write(TENANT, effect)
        made = await here.forge.write(TENANT, effect)
        assert await here.forge.tip(TENANT, effect.branch) == made.sha
        assert _asked(proxy, "POST", f"{REPO}/git/commits") == 1


def _comment() -> PostComment:
    return PostComment(key="d1/a", repository=REPOSITORY, issue=1, body="Hello")


def _asked(proxy: Between, method: str, path: str) -> int:
    return sum(one.method == method and one.url.path == path for one in proxy.asked)
