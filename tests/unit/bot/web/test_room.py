"""Memory for bodies: large ones share it, small ones never have to ask."""

from __future__ import annotations

from bot.web.room import FREE, Room, Share


def test_bodies_together_hold_no_more_than_there_is() -> None:
    room = Room(3 * FREE)
    with Share(room) as first, Share(room) as second:
        assert first.hold(3 * FREE)
        assert second.hold(2 * FREE)
        assert not second.hold(2 * FREE + 1)
        assert room.held == 3 * FREE


def test_small_ones_are_let_in_when_all_is_taken() -> None:
    room = Room(FREE)
    with Share(room) as large, Share(room) as small:
        assert large.hold(2 * FREE)
        assert small.hold(FREE)
        assert room.held == FREE


def test_what_was_held_is_given_back_however_it_ends() -> None:
    room = Room(FREE)
    try:
        with Share(room) as share:
            assert share.hold(2 * FREE)
            raise ConnectionError
    except ConnectionError:
        pass
    assert room.held == 0


def test_a_body_that_grows_holds_its_size_and_not_the_sum_of_its_steps() -> None:
    room = Room(FREE)
    with Share(room) as share:
        for size in range(FREE, 2 * FREE + 1, FREE // 8):
            assert share.hold(size)
        assert room.held == FREE
