"""Markdown as GitHub shows it: comments hidden, `<details>` folds, and no other markup let through."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from bot.standin.page.html import Html, text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# Exactly these, with no attributes but one: everything else that looks like markup is shown as text.
_ALLOWED = re.compile(r"</?(?:details|summary|sub|sup|kbd|b|i|code)>|<details open>|<br ?/?>", re.IGNORECASE)


def safe_markup(raw: str) -> Html:
    visible = _COMMENT.sub("", raw)
    done, at = "", 0
    for match in _ALLOWED.finditer(visible):
        done += text(visible[at : match.start()]) + match[0].lower()
        at = match.end()
    return Html(done + text(visible[at:]))


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    def raw_markup(
        _renderer: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        return safe_markup(tokens[at].content)

    # Markup is recognised only so that the rule above can judge it; none of it is rendered as it came.
    parser = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["table", "strikethrough"])
    parser.add_render_rule("html_block", raw_markup)
    parser.add_render_rule("html_inline", raw_markup)
    return parser


def render(source: str | None) -> Html:
    if not source:
        return Html('<p class="muted"><em>No description provided.</em></p>')
    shown = _parser().render(source)
    shown = shown.replace("<li>[ ] ", '<li class="task">☐ ').replace("<li>[x] ", '<li class="task">☑ ')
    return Html(shown)
