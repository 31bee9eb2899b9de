"""HTML that cannot be forgotten to escape: text is text until it has been made a tag."""

from __future__ import annotations

import html


class Html(str):
    """Markup that is safe as it is."""

    __slots__ = ()


_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


def text(value: str) -> Html:
    return Html(html.escape(value))


def join(*parts: str) -> Html:
    return Html("".join(part if isinstance(part, Html) else text(part) for part in parts))


def tag(element: str, /, *children: str, **attributes: str | bool) -> Html:
    """`class_` and `for_` avoid Python's own words; True is an attribute alone, False is none."""
    given = ""
    for key, value in attributes.items():
        attribute = key.rstrip("_").replace("_", "-")
        if value is True:
            given += f" {attribute}"
        elif value is not False:
            given += f' {attribute}="{html.escape(value)}"'
    opening = f"<{element}{given}>"
    return Html(opening) if element in _VOID else Html(f"{opening}{join(*children)}</{element}>")


def link(target: str, *children: str, class_: str = "") -> Html:
    return tag("a", *children, href=target, **({"class_": class_} if class_ else {}))
