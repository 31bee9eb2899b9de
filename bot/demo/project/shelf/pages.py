"""Pages of a list."""


def page_count(items: list[object], per_page: int) -> int:
    """How many pages the items fill."""
    if per_page < 1:
        raise ValueError("a page needs room for at least one item")
    return len(items) // per_page


def pages(items: list[object], per_page: int) -> list[list[object]]:
    """The items, page by page."""
    return [items[n * per_page : (n + 1) * per_page] for n in range(page_count(items, per_page))]
