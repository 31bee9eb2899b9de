"""Whether a pattern of JavaScript fits a text, for the few that go letter by letter. Pure.

Only what cannot take long is tried: no choices, and nothing that is repeated without a number.
"""

from __future__ import annotations

import re

from workflows.code.syntax import Node

LONGEST = 400
MOST_LITERAL = 0.5
"""From which part on a pattern says the text, and not what kind of text it is."""
_LETTER = r"\\[^\w\s]|[^\\\[\](){}|*+?.^$]"
_KIND = r"\\[dDwWsStnrfv]|\\x[\da-fA-F]{2}|\\u[\da-fA-F]{4}|\.|\[\^?(?:\\.|[^\]\\\[&|~])+\]"
_TOKENS = re.compile(rf"(?P<one>{_LETTER})|(?P<kind>{_KIND})|(?P<times>\{{\d{{1,2}}\}})|\((?:\?:)?|\)|\^|\$")


def fits(regex: Node, text: str) -> bool | None:
    """None for a pattern that is not of this sort."""
    body, _, flags = regex.text[1:].rpartition("/")
    if not body or len(body) > LONGEST or not _says_letters(body):
        return None
    try:
        pattern = re.compile(body, re.ASCII | (re.IGNORECASE if "i" in flags else 0))
    except (re.error, OverflowError):
        return None
    return pattern.search(text[:LONGEST]) is not None


def _says_letters(body: str) -> bool:
    at, said, length, last, depth = 0, 0, 0, 0, 0
    while at < len(body):
        token = _TOKENS.match(body, at)
        if token is None:
            return False
        times = int(token["times"][1:-1]) - 1 if token["times"] else 0
        if token["times"] and body[at - 1] == ")":
            return False
        said += 1 if token["one"] else times * last
        length += 1 if token["one"] or token["kind"] else times
        last = 1 if token["one"] else 0 if token["kind"] else last
        depth += (token[0][0] == "(") - (token[0] == ")")
        at = token.end()
    return depth == 0 and length > 0 and said >= MOST_LITERAL * length
