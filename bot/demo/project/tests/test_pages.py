import pytest

from shelf.pages import page_count, pages


def test_full_pages_keep_their_order():
    assert pages([1, 2, 3, 4], 2) == [[1, 2], [3, 4]]


def test_no_items_fill_no_page():
    assert page_count([], 3) == 0


def test_a_page_without_room_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        page_count([1], 0)
