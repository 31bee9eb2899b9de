"""What was put aside after too many tries: one set of queries for both databases."""

from __future__ import annotations

import sqlalchemy as sa

from bot.bus.port import Topic
from bot.store.port import DeadLetter
from bot.store.schema import DEAD_LETTERS
from bot.store.statements import Link, Statement, now, number, value, word
from bot.store.stored import moment, storable

_BURY = Statement(
    sa.insert(DEAD_LETTERS)
    .inline()
    .values(
        topic=value("topic"),
        item=value("item"),
        times=number("times"),
        said=value("said"),
        at=now(),
    ),
    already="(topic, item) DO UPDATE SET times = excluded.times, said = excluded.said, at = excluded.at",
)
_DEAD = Statement(
    sa.select(
        DEAD_LETTERS.c.topic,
        DEAD_LETTERS.c.item,
        DEAD_LETTERS.c.times,
        DEAD_LETTERS.c.said,
        DEAD_LETTERS.c.at,
    )
    .order_by(DEAD_LETTERS.c.at, DEAD_LETTERS.c.topic, DEAD_LETTERS.c.item)
    .limit(number("most"))
)
_UNBURY = Statement(
    sa.delete(DEAD_LETTERS).where(
        DEAD_LETTERS.c.topic == value("topic"), DEAD_LETTERS.c.item == value("item")
    )
)


def not_buried(topic: Topic, item: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """For a query that names what is to be done."""
    return ~(
        sa.select(DEAD_LETTERS.c.item)
        .where(DEAD_LETTERS.c.topic == word(topic), DEAD_LETTERS.c.item == item)
        .exists()
    )


def bury(link: Link, topic: Topic, item: str, times: int, said: str) -> None:
    _BURY(link, topic=topic.value, item=item, times=times, said=storable(said))


def dead_letters(link: Link, limit: int) -> list[DeadLetter]:
    return [
        DeadLetter(topic=Topic(topic), item=item, times=times, said=said, at=moment(at))
        for topic, item, times, said, at in _DEAD(link, most=limit).fetchall()
    ]


def unbury(link: Link, topic: Topic, item: str) -> bool:
    return _UNBURY(link, topic=topic.value, item=item).rowcount == 1
