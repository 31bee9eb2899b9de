"""What a webhook has been sent, newest first, page after page from a cursor: alike for every kind of hook."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from bot.standin.errors import not_found, unprocessable
from bot.standin.render import hooks as shapes
from bot.standin.rest.answers import Page, json_response
from bot.standin.rest.call import Call
from bot.standin.world.hooks import Delivery, Hook

KEPT = timedelta(days=3)
"""What is older can neither be seen nor sent again."""


def kept(call: Call, hook: Hook) -> list[Delivery]:
    oldest = call.site.world.now() - KEPT
    mine = (one for one in call.site.world.deliveries if one.hook is hook and one.delivered_at > oldest)
    return sorted(mine, key=lambda delivery: delivery.id, reverse=True)


def listed(call: Call, hook: Hook) -> Response:
    codes = _codes(call)
    found = [one for one in kept(call, hook) if codes is None or one.status_code in codes]
    size, first = Page.asked(call.request.query_params).size, _cursor(call)
    start = sum(delivery.id > first for delivery in found) if first is not None else 0
    # Deliveries that come meanwhile are put before the cursor, so no page shows one twice.
    starts: dict[str, int] = {}
    if start > 0:
        starts["prev"] = max(0, start - size)
    if start + size < len(found):
        starts["next"] = start + size
    links = [_link(call, relation, found[at]) for relation, at in starts.items()]
    rows = [shapes.delivery_item(delivery) for delivery in found[start : start + size]]
    return json_response(rows, headers={"Link": ", ".join(links)} if links else {})


def _codes(call: Call) -> range | None:
    match call.query("status"):
        case "":
            return None
        case "success":
            return range(200, 400)
        case "failure":
            return range(400, 600)
        case other:
            raise unprocessable(f"Invalid status: {other}")


def _cursor(call: Call) -> int | None:
    text = call.query("cursor")
    if not text:
        return None
    found = re.fullmatch(r"v1_(\d{1,18})", text, re.ASCII)
    if found is None:
        raise unprocessable("Invalid cursor")
    return int(found[1])


def _link(call: Call, relation: str, first: Delivery) -> str:
    query = {**call.request.query_params, "cursor": f"v1_{first.id}"}
    return f'<{call.urls.root}{call.request.url.path}?{urlencode(query)}>; rel="{relation}"'


def one(call: Call, hook: Hook) -> Delivery:
    for delivery in kept(call, hook):
        if delivery.id == call.number("delivery_id"):
            return delivery
    raise not_found()


def shown(call: Call, hook: Hook) -> Response:
    return json_response(shapes.delivery(one(call, hook)))


def sent_again(call: Call, hook: Hook) -> Response:
    call.site.hooks.redeliver(one(call, hook).id)
    return json_response({}, 202)
