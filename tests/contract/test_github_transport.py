"""What stands between us and GitHub, against a server that shows what it was asked."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.github import etags, transport
from bot.github.errors import RateLimited
from bot.github.limits import LONGEST_WAIT, limited
from bot.github.reviews import hunks
from bot.github.transport import Transport
from bot.listening import serving


@dataclass
class Server:
    answer: Callable[[Request], Response]
    asked: list[Request] = field(default_factory=list[Request])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.asked.append(request)
        await self.answer(request)(scope, receive, send)


@contextlib.asynccontextmanager
async def asking(
    answer: Callable[[Request], Response],
) -> AsyncGenerator[tuple[Server, httpx.AsyncClient]]:
    server = Server(answer)
    async with serving(server) as url:
        made = Transport(ssl.create_default_context(), 5.0)
        try:
            async with httpx.AsyncClient(transport=made, base_url=url) as client:
                yield server, client
        finally:
            await made.close()


def tagged(request: Request) -> Response:
    whose = request.headers.get("authorization", "")
    tag = f'"{whose}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(f'"for {whose}"', media_type="application/json", headers={"ETag": tag})


async def test_a_known_answer_is_given_again_when_it_is_still_so() -> None:
    async with asking(tagged) as (server, client):
        for _ in range(2):
            answer = await client.get("/a", headers={"Authorization": "one"})
            assert (answer.status_code, answer.json()) == (200, "for one")
        assert [request.headers.get("if-none-match") for request in server.asked] == [None, '"one"']


async def test_who_breaks_on_what_has_not_changed_is_asked_for_all_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaking(request: Request) -> Response:
        answer = tagged(request)
        return Response(status_code=502) if answer.status_code == 304 else answer

    monkeypatch.setattr(transport, "PAUSES", (0.0, 0.0))
    async with asking(breaking) as (server, client):
        for _ in range(2):
            answer = await client.get("/a", headers={"Authorization": "one"})
            assert (answer.status_code, answer.json()) == (200, "for one")
        assert [request.headers.get("if-none-match") for request in server.asked] == [None, '"one"', None]


async def test_what_one_token_was_told_is_never_told_to_another() -> None:
    async with asking(tagged) as (server, client):
        for whose in ("one", "two", "one", ""):
            answer = await client.get("/a", headers={"Authorization": whose})
            assert answer.json() == f"for {whose}"
        known = [request.headers.get("if-none-match") for request in server.asked]
        assert known == [None, None, '"one"', None]


async def test_another_form_of_the_same_is_another_answer() -> None:
    async with asking(tagged) as (server, client):
        for accept in ("a", "b"):
            await client.get("/a", headers={"Authorization": "one", "Accept": accept})
        assert [request.headers.get("if-none-match") for request in server.asked] == [None, None]


async def test_what_is_large_or_refused_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(etags, "LARGEST", 5)
    async with asking(tagged) as (server, client):
        for _ in range(2):
            await client.get("/a", headers={"Authorization": "one"})
        assert server.asked[1].headers.get("if-none-match") is None


async def test_only_so_much_is_kept() -> None:
    async with asking(tagged) as (server, client):
        for number in (*range(etags.MOST + 1), 0):
            await client.get(f"/{number}", headers={"Authorization": "one"})
        assert server.asked[-1].headers.get("if-none-match") is None


async def test_a_connection_is_kept_for_the_next_question() -> None:
    async with asking(tagged) as (server, client):
        for number in range(3):
            await client.get(f"/{number}")
        assert len({request.client for request in server.asked}) == 1


async def test_an_answer_without_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "ANSWER_BYTES", 1000)
    monkeypatch.setattr(transport, "PAUSES", ())
    async with asking(lambda _: Response("x" * 1001, media_type="application/json")) as (_, client):
        with pytest.raises(httpx.ReadError, match="more than 1000 bytes"):
            await client.get("/a")


async def test_of_a_refusal_only_the_beginning_is_read() -> None:
    async with asking(lambda _: Response("x" * 200_000, 404)) as (_, client):
        answer = await client.get("/a")
        assert (answer.status_code, len(answer.content)) == (404, transport.REFUSAL_BYTES)


async def test_a_write_is_never_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PAUSES", (0.0, 0.0))
    async with asking(lambda _: Response(status_code=502)) as (server, client):
        for method in ("POST", "PATCH", "PUT", "DELETE"):
            assert (await client.request(method, "/a")).status_code == 502
        assert [request.method for request in server.asked] == ["POST", "PATCH", "PUT", "DELETE"]


async def test_a_server_that_says_when_to_come_back_is_not_asked_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "PAUSES", (0.0, 0.0))
    async with asking(lambda _: Response(status_code=503, headers={"Retry-After": "60"})) as (server, client):
        assert (await client.get("/a")).status_code == 503
        assert len(server.asked) == 1


async def test_github_is_asked_in_a_version_that_each_of_them_knows() -> None:
    async with asking(tagged) as (server, client):
        await client.get("/a", headers={"X-GitHub-Api-Version": "2026-03-10"})
        assert server.asked[0].headers["x-github-api-version"] == "2022-11-28"


async def test_a_limit_is_ours_to_understand_whatever_stands_in_its_headers() -> None:
    odd = {"Retry-After": "soon", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "never"}
    async with asking(lambda _: Response("rate limit", 403, headers=odd)) as (_, client):
        with pytest.raises(RateLimited):
            await client.get("/a")


NOW = "Sat, 21 Nov 2026 12:00:00 GMT"
AT = 1795262400


@pytest.mark.parametrize(
    ("status", "headers", "said", "wait"),
    [
        (200, {"x-ratelimit-remaining": "0"}, b"", None),
        (403, {}, b"Resource not accessible by integration", None),
        (404, {"retry-after": "5"}, b"rate limit", None),
        (403, {"retry-after": "5"}, b"", 5.0),
        (429, {"retry-after": "0"}, b"", 1.0),
        (429, {"retry-after": "99999999"}, b"", LONGEST_WAIT),
        (429, {}, b"", 60.0),
        (403, {}, b"You have exceeded a secondary Rate Limit.", 60.0),
        (403, {}, b"You have triggered an abuse detection mechanism", 60.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(AT + 90), "date": NOW}, b"", 90.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(AT - 90), "date": NOW}, b"", 1.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 400, "date": NOW}, b"", None),
        (403, {"x-ratelimit-remaining": "7", "x-ratelimit-reset": str(AT + 90)}, b"no", None),
    ],
)
def test_a_limit_is_told_from_a_refusal_and_says_how_long(
    status: int, headers: dict[str, str], said: bytes, wait: float | None
) -> None:
    assert limited(status, headers, said) == wait


@given(
    st.dictionaries(
        st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "date"]), st.text()
    )
)
def test_no_header_is_too_odd_to_be_read(headers: dict[str, str]) -> None:
    wait = limited(429, headers, b"")
    assert wait is not None
    assert 1.0 <= wait <= LONGEST_WAIT


def test_the_lines_of_a_hunk_are_those_after_the_change() -> None:
    patch = "@@ -1,3 +1,4 @@ def a():\n x\n+@@ -1 +70,9 @@\n y\n z\n@@ -10 +12 @@\n-a\n+b"
    assert hunks(patch) == [range(1, 5), range(12, 13)]
