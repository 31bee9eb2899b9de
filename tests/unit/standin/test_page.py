from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
import pytest

from bot.standin.actions.lines import LineComment
from bot.standin.page.markdown import render
from bot.standin.people import StandIn

from .commits import branch
from .pulls import LONG
from .support import BOT, REPO, As, plain_client


@pytest.fixture
async def browser(standin: StandIn) -> AsyncGenerator[httpx.AsyncClient]:
    async with plain_client(base_url=standin.url, follow_redirects=True) as made:
        yield made


async def test_an_issue_is_shown_with_its_comments_and_labels(
    standin: StandIn, browser: httpx.AsyncClient, issue: int
) -> None:
    await standin.label(REPO, issue, "agent:fix", by="maintainer")
    await standin.comment(REPO, issue, "**bold**", by="maintainer")
    shown = await browser.get(f"/{REPO}/issues/{issue}")
    assert shown.status_code == 200
    assert "<strong>bold</strong>" in shown.text
    assert "agent:fix</span>" in shown.text
    for path in ("/", f"/{REPO}", f"/{REPO}/pulls", "/-/deliveries", "/-/style.css"):
        assert (await browser.get(path)).status_code == 200


async def test_a_pull_request_is_shown_with_its_diff(browser: httpx.AsyncClient, github: As) -> None:
    gh = github(BOT)
    await branch(gh, "bot/x")
    made = await gh.rest.pulls.async_create(
        "maintainer", "fizz", title="Fix <fizz>", head="bot/x", base="main", draft=True
    )
    shown = (await browser.get(f"/{REPO}/pull/{made.json()['number']}")).text
    assert "Draft" in shown
    assert "Fix &lt;fizz&gt;" in shown
    assert '<span class="row-added">+    return &#x27;fizz&#x27; if n % 3 == 0' in shown
    raw = await browser.get(made.json()["diff_url"])
    assert raw.text.startswith("diff --git a/fizz.py")


async def test_a_form_acts_as_the_chosen_person_with_their_role(
    standin: StandIn, browser: httpx.AsyncClient, issue: int
) -> None:
    form = f"/{REPO}/issues/{issue}/-/label"
    refused = await browser.post(form, data={"as": "reader", "label": "agent:fix"})
    assert (refused.status_code, standin.issue(REPO, issue).labels) == (403, [])
    assert (await browser.post(form, data={"as": "maintainer", "label": "agent:fix"})).status_code == 200
    assert standin.issue(REPO, issue).has_label("agent:fix")

    comment = {"as": "reader", "body": "one\r\ntwo", "do": "comment"}
    await browser.post(f"/{REPO}/issues/{issue}/-/comment", data=comment)
    assert [c.body for c in standin.comments(REPO, issue)] == ["one\ntwo"]


async def test_another_sites_page_cannot_fill_in_a_form(
    standin: StandIn, browser: httpx.AsyncClient, issue: int
) -> None:
    answer = await browser.post(
        f"/{REPO}/issues/{issue}/-/label",
        data={"as": "maintainer", "label": "agent:fix"},
        headers={"Origin": "http://elsewhere.test"},
    )
    assert (answer.status_code, standin.issue(REPO, issue).labels) == (403, [])


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        '<details ontoggle="alert(1)">x</details>',
        "[x](javascript:alert(1))",
        "<details><summary><svg onload=alert(1)></summary></details>",
        "<!-- --><script>alert(1)</script>",
    ],
)
def test_markup_of_strangers_is_shown_not_obeyed(hostile: str) -> None:
    shown = render(hostile)
    for tag in ("<script", "<img", "<svg", "<details on", 'href="javascript'):
        assert tag not in shown


def test_comments_are_hidden_and_folds_are_kept() -> None:
    shown = render("<!-- marker: 1 -->\nseen\n\n<details><summary>More</summary>\n\n- [x] done\n\n</details>")
    assert "marker" not in shown
    assert "seen" in shown
    assert "<details><summary>More</summary>" in shown
    assert "☑ done" in shown
    assert "marker" in render("```\n<!-- marker -->\n```")


async def test_a_page_that_is_not_there_says_so(browser: httpx.AsyncClient) -> None:
    assert (await browser.get(f"/{REPO}/issues/99")).status_code == 404
    assert (await browser.get("/nobody/nothing")).status_code == 404


async def test_a_pull_request_shows_its_reviews_checks_and_people(
    standin: StandIn, browser: httpx.AsyncClient, pull: int
) -> None:
    lines = [LineComment("long.txt", "why **twenty**?", 20)]
    await standin.request_changes(REPO, pull, "not yet", by="writer", comments=lines)
    await standin.request_review(REPO, pull, "reader", by="maintainer")
    await standin.fail_check(REPO, pull, by="writer", name="unit tests", summary="1 failed")
    await standin.assign(REPO, pull, "triager", by="maintainer")
    shown = (await browser.get(f"/{REPO}/pull/{pull}")).text
    for part in (
        "requested changes",
        "long.txt:20",
        '<span class="row-added">+line twenty</span>',
        "why <strong>twenty</strong>?",
        "reader</strong> was asked",
        '<span class="sign bad">✗</span> unit tests',
        "<strong>triager</strong>",
        "◌ Draft",
        "Ready for review",
    ):
        assert part in shown
    await standin.push(REPO, "bot/x", {"long.txt": LONG}, "Back", by="maintainer")
    assert "Outdated" in (await browser.get(f"/{REPO}/pull/{pull}")).text


async def test_the_forms_of_a_pull_request_do_what_people_do(
    standin: StandIn, browser: httpx.AsyncClient, pull: int
) -> None:
    page = f"/{REPO}/pull/{pull}"

    async def act(form: str, **fields: str) -> int:
        return (await browser.post(f"{page}/-/{form}", data={"as": "writer", **fields})).status_code

    assert await act("act", do="ready") == 200
    assert await act("act", do="REQUEST_CHANGES", body="why?", line="long.txt:20") == 200
    assert await act("act", do="COMMENT", body="hm", line="long.txt:21") == 200
    assert await act("act", do="COMMENT", body="hm", line="long.txt:1") == 422
    assert await act("check", do="failure", name="tests", summary="1 failed") == 200
    assert (await browser.post(f"{page}/-/check", data={"as": "reader", "do": "success"})).status_code == 403
    assign = f"/{REPO}/issues/{pull}/-/assign"
    assert (await browser.post(assign, data={"as": "writer", "login": "writer"})).status_code == 200
    issue = standin.issue(REPO, pull)
    assert issue.pull
    assert (issue.pull.draft, [user.login for user in issue.assignees]) == (False, ["writer"])
    assert [comment.line for comment in standin.line_comments(REPO, pull)] == [20, 21]
    assert [run.conclusion for run in standin.repository(REPO).checks.runs] == ["failure"]
    assert await act("act", do="draft") == 200
    assert issue.pull.draft
