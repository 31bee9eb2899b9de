"""The store in PostgreSQL: a server that restarts, and what it says when it cannot be used."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import AsyncGenerator
from typing import cast

import psycopg
import pytest
from psycopg import sql

from bot.store import store_at
from bot.store.port import NewDelivery, Store, StoreUnavailable
from bot.store.postgres import PostgresDatabase
from bot.store.sql import SqlStore
from bot.store.statements import Link
from tests.contract.stores import new_run
from tests.live.crashes.wire import wire_to
from tests.services.postgres import PrivatePostgres
from tests.services.until import until

SOME = NewDelivery(id="d1", event="issues", payload=b"{}")


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Store]:
    store = store_at(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGQUIT])
async def test_a_restart_of_the_server_is_not_noticed_by_who_waits(
    postgres_server: PrivatePostgres, postgres_url: str, word: signal.Signals
) -> None:
    async with opened(postgres_url) as store:
        await asyncio.gather(
            *(store.keep_delivery(NewDelivery(id=f"a{n}", event="e", payload=b"")) for n in range(20))
        )
        await asyncio.to_thread(postgres_server.stop, word)
        waiting = [
            asyncio.create_task(store.keep_delivery(NewDelivery(id=f"b{n}", event="e", payload=b"")))
            for n in range(20)
        ]
        await asyncio.sleep(0.1)
        postgres_server.start()
        assert all(await asyncio.gather(*waiting))
        assert len(await store.waiting_deliveries()) == 40


async def test_a_connection_cut_before_the_commit_is_made_again(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url)
    store = SqlStore(database)
    await store.open()
    tries = 0

    def cut_once(link: Link) -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            cut(postgres_url)
        cursor = link.driver.cursor()
        cursor.execute("SELECT 1", None)
        return cursor.fetchone()[0]

    assert await database.write(cut_once) == 1
    assert tries == 2
    await store.close()


async def test_a_connection_cut_during_the_commit_is_not_tried_again(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url)
    store = SqlStore(database)
    await store.open()
    tries = 0

    def keep(link: Link) -> None:
        nonlocal tries
        tries += 1
        link.driver.cursor().execute("SELECT 1", None)
        cut(postgres_url)

    with pytest.raises(StoreUnavailable, match="lost during a commit, which may or may not have been done"):
        await database.write(keep)
    assert tries == 1
    assert await store.keep_delivery(SOME), "the next one finds a new connection"
    await store.close()


async def test_a_machine_that_is_cut_off_before_its_commit_keeps_no_other_from_the_run(
    postgres_url: str,
) -> None:
    async with (
        wire_to(postgres_url) as (wire, near),
        opened(near) as cut_off,
        opened(postgres_url) as other,
    ):
        wire.cut_at(b"COMMIT", heard=False)
        beginning = asyncio.create_task(cut_off.create_run(new_run("r1", key="same")))
        await until(lambda: wire.is_cut)
        async with asyncio.timeout(10):
            run, is_new = await other.create_run(new_run("r2", key="same"))
        assert (run.id, is_new) == ("r2", True)
        wire.mend()
        # What it had done was undone, and it is told so: it tries again, and finds what the other did.
        run, is_new = await beginning
        assert (run.id, is_new) == ("r2", False)


@pytest.mark.parametrize(("asked", "milliseconds"), [("", "30000"), ("?tcp_user_timeout=4000", "4000")])
def test_what_was_sent_and_never_arrives_is_not_waited_for_longer_than_the_url_says(
    postgres_url: str, asked: str, milliseconds: str
) -> None:
    connection = cast("psycopg.Connection[object]", PostgresDatabase(postgres_url + asked).connect().driver)
    with connection:
        assert connection.info.get_parameters()["tcp_user_timeout"] == milliseconds


def cut(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'redfirst'"
        )


async def test_a_failing_write_gives_its_connection_back_clean(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url)
    store = SqlStore(database)
    await store.open()

    def wrong(link: Link) -> None:
        link.driver.cursor().execute("SELECT nothing", None)

    for _ in range(20):
        with pytest.raises(psycopg.errors.UndefinedColumn):
            await database.write(wrong)
    assert await store.keep_delivery(SOME)
    await store.close()


async def test_a_server_that_is_not_there_says_where_and_what_to_do_and_does_not_wait() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        began = time.monotonic()
        with pytest.raises(StoreUnavailable) as caught:
            async with opened(f"postgresql://me:s3cret@127.0.0.1:{port}/reds"):
                pass
    assert caught.value.sentence == (
        f"PostgreSQL at 127.0.0.1:{port}/reds cannot be reached: start it, or correct the store's URL"
    )
    assert time.monotonic() - began < 3


async def test_a_wrong_password_says_so_and_does_not_show_it(
    postgres_server: PrivatePostgres, postgres_url: str
) -> None:
    with pytest.raises(StoreUnavailable, match="refused the user or the password") as caught:
        async with opened(postgres_server.url("postgres", password="s3cret")):
            pass
    assert "s3cret" not in caught.value.sentence


async def test_a_missing_database_says_so(postgres_server: PrivatePostgres) -> None:
    with pytest.raises(StoreUnavailable, match="has no database of this name: create it"):
        async with opened(postgres_server.url("nowhere")):
            pass


@pytest.mark.parametrize("url", ["postgresql://me:s3cr%ZZt@h/d", "postgresql://me:s3crt@[::1/d"])
def test_a_url_that_cannot_be_read_says_how_to_write_one_and_does_not_show_it(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be read: write it as") as caught:
        store_at(url)
    assert "s3cr" not in caught.value.sentence


async def test_a_user_who_may_not_make_tables_is_told_so(
    postgres_server: PrivatePostgres, postgres_url: str
) -> None:
    database = postgres_url.rpartition("/")[2]
    role = sql.Identifier(f"guest_of_{database}")
    postgres_server.administer(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 's3cret'").format(role))
    with pytest.raises(StoreUnavailable, match="does not let this user change its tables") as caught:
        async with opened(
            postgres_url.replace("//redfirst:", f"//guest_of_{database}:", 1).replace(
                postgres_server.password, "s3cret"
            )
        ):
            pass
    assert "s3cret" not in caught.value.sentence
    postgres_server.administer(sql.SQL("DROP ROLE {}").format(role))


async def test_a_read_only_server_says_so(postgres_url: str) -> None:
    async with opened(postgres_url):
        pass
    async with opened(postgres_url + "?options=-c%20default_transaction_read_only%3Don") as store:
        with pytest.raises(StoreUnavailable, match="is read-only, perhaps a standby"):
            await store.keep_delivery(SOME)
