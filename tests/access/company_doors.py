"""A company's own host: its people's portal, its visitors' widget, its machines' API."""

from __future__ import annotations

from uuid import uuid4

from tests.access.doors import Door, Form, upload

WEEK = {f"day_{weekday}": "" for weekday in range(7)} | {"dates-TOTAL_FORMS": "0", "dates-INITIAL_FORMS": "0"}


def reply_form() -> Form:
    return {"shortcut": "bye", "title": "Bye", "text_en": "Goodbye"}


PORTAL = [
    Door("home", "portal"),
    Door("portal:today", "portal"),
    Door("portal:now", "portal"),
    Door("portal:conversations", "portal"),
    Door("portal:conversations-csv", "portal"),
    Door("portal:conversation", "portal"),
    Door("portal:transcript", "portal"),
    Door("portal:file", "portal"),
    Door("portal:hours", "portal"),
    Door("portal:hours-edit", "managers-only", "GET POST", sends=lambda: WEEK),
    Door("portal:replies", "portal"),
    Door("portal:reply-new", "managers-only", "GET POST", sends=reply_form),
    Door("portal:reply-edit", "managers-only", "GET POST", at={"reply_id": "reply"}, sends=reply_form),
    Door("portal:reply-retire", "managers-only", "POST", at={"reply_id": "reply"}),
    Door("portal:people", "portal"),
    Door("portal:invite", "managers-only", "POST", sends=lambda: {"email": "new@shop.example", "role": "viewer"}),
    Door("portal:person-role", "managers-only", "POST", sends=lambda: {"role": "manager"}),
    Door("portal:person-remove", "managers-only", "POST"),
    Door("portal:take-back", "managers-only", "POST"),
    Door("portal:log", "portal"),
    Door("portal:log-csv", "portal"),
]
# What is foreign is answered as what does not exist.
FILTERED = [
    ("portal:conversations", "queue", "queue's key"),
    ("portal:conversations", "agent", "agent's name"),
    ("portal:conversations", "outcome", "outcome's key"),
    ("portal:conversations-csv", "queue", "queue's key"),
    ("portal:log", "who", "manager"),
]
# Where another list's page ended, and what nobody reads: they bring nothing of anybody else's.
NO_OBJECTS = [
    ("portal:conversations", "before", "talk"),
    ("portal:conversations-csv", "tenant", "tenant"),
    ("portal:log-csv", "tenant", "tenant"),
]
PORTAL += [
    Door(route, "portal", query={name: thing}, absent="in", alike=alike, again=True, called=f"{route} by {name}")
    for alike, found in ((True, FILTERED), (False, NO_OBJECTS))
    for route, name, thing in found
]


def first_message() -> Form:
    return {"id": str(uuid4()), "name": "Helen Marsh", "text": "Where is my booking?", "language": "en"}


WIDGET = [
    Door("logo", "for-anybody"),
    Door("widget:loader", "for-anybody"),
    Door("widget:frame", "for-anybody"),
    Door("widget:brand", "for-anybody"),
    Door("widget:hours", "for-anybody"),
    Door("widget:start", "for-anybody", "POST", sends=first_message, json=True),
    Door("widget:identify", "for-anybody", "POST", asks={"identity": "site account"}, json=True, absent="refused"),
    Door("widget:token", "visitor"),
    Door("widget:files", "visitor", "POST", sends=upload),
    Door("widget:file", "visitor"),
    Door("widget:transcript", "visitor"),
]

READ, WRITE = "conversations:read", "conversations:write"
PEOPLE, HOOKS = "customers:read", "webhooks:manage"
HOOK = {"url": "https://shop.example/hooks", "events": ["message.received"]}


def api(route: str, *, sends: Form | None = None, query: str = "", called: str = "", **rights: str) -> Door:
    return Door(
        f"api:{route}",
        "machine",
        " ".join(rights),
        query={query: query} if query else {},
        sends=lambda: sends or {},
        json=True,
        absent="in" if query else "gone",  # an empty list
        again=bool(query),
        right=rights,
        called=called,
    )


API = [
    Door("api:schema", "for-anybody"),
    Door("api:docs", "for-anybody"),
    api("conversations", GET=READ),
    api("conversations", GET=READ, query="customer", called="conversations of a customer"),
    api("conversation", GET=READ),
    api("messages", GET=READ, POST=WRITE, sends={"text": "It is on its way."}),
    api("close", POST=WRITE),
    api("customers", GET=PEOPLE),
    api("customer", GET=PEOPLE),
    api("webhooks", GET=HOOKS, POST=HOOKS, sends=HOOK),
    api("webhook", GET=HOOKS, PATCH=HOOKS, DELETE=HOOKS, sends={"is_active": False}),
    api("webhook-secret", POST=HOOKS),
    api("deliveries", GET=HOOKS),
    api("replay", POST=HOOKS),
    api("discard", POST=HOOKS, sends={"reason": "not needed"}),
]
