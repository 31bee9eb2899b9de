"""Webhooks and their deliveries."""

from __future__ import annotations

import json

from bot.standin.jsontypes import JsonObject
from bot.standin.render.common import time
from bot.standin.urls import Urls
from bot.standin.world.hooks import Delivery, Hook
from bot.standin.world.repositories import Repository


def hook(urls: Urls, repo: Repository, given: Hook) -> JsonObject:
    url = f"{urls.repository(repo.full_name)}/hooks/{given.id}"
    return {
        "type": "Repository",
        "id": given.id,
        "name": "web",
        "active": given.active,
        "events": list(given.events),
        "config": config(given),
        "created_at": time(given.created_at),
        "updated_at": time(given.created_at),
        "url": url,
        "test_url": f"{url}/tests",
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "last_response": {"code": None, "status": "unused", "message": None},
    }


def config(given: Hook) -> JsonObject:
    secret = {"secret": "********"} if given.secret else {}
    return {
        "content_type": given.content_type,
        "insecure_ssl": given.insecure_ssl,
        **secret,
        "url": given.url,
    }


def delivery_item(given: Delivery) -> JsonObject:
    return {
        "id": given.id,
        "guid": given.guid,
        "delivered_at": time(given.delivered_at),
        "redelivery": given.redelivery,
        "duration": round(given.duration, 3),
        "status": given.status,
        "status_code": given.status_code,
        "event": given.event,
        "action": given.action,
        "installation_id": given.installation_id,
        "repository_id": given.repository_id,
        "throttled_at": None,
    }


def delivery(given: Delivery) -> JsonObject:
    return {
        **delivery_item(given),
        "url": given.hook.url,
        "request": {"headers": given.request_headers, "payload": json.loads(given.request_body)},
        "response": {"headers": given.response_headers, "payload": given.response_body},
    }
