"""The staff's host: desk, floor, screens on the wall."""

from __future__ import annotations

from tests.access.doors import Door, Form, upload

REPLY = {"reply_id": "own reply"}


def reply_form() -> Form:
    return {"shortcut": "bye", "title": "Bye", "text_en": "Goodbye"}


DESK = [
    Door("home", "own-account"),
    Door("desk:desk", "desk"),
    Door("desk:colleagues", "desk", query={"company": "company"}),
    Door("desk:canned", "desk"),
    Door("desk:canned-new", "desk", "GET POST", sends=reply_form),
    Door("desk:canned-edit", "desk", "GET POST", at=REPLY, sends=reply_form),
    Door("desk:canned-remove", "desk", "POST", at=REPLY),
    Door("desk:canned-find", "desk", query={"conversation": "talk"}),
    Door("desk:logo", "desk"),
    Door("desk:conversation", "desk"),
    Door("desk:customer", "desk"),
    Door("desk:history", "desk"),
    Door("desk:transcript", "desk"),
    Door("desk:files", "desk", "POST", sends=upload),
    Door("desk:file", "desk"),
]
FLOOR = [
    Door("floor:floor", "floor"),
    Door(
        "floor:notices",
        "floor",
        "GET POST",
        sends=lambda: {"text": "Mind the gap.", "level": "warning", "scope": "", "minutes": "60"},
    ),
    Door("floor:notice-end", "floor", "POST", absent="in"),  # it is over: as was wanted
    Door("floor:walls", "floor", "GET POST", sends=lambda: {"name": "Door", "company": "", "days": "30"}),
    Door("floor:wall-revoke", "floor", "POST", absent="in"),
    Door("floor:wall", "screen", at={"token": "wall's key"}),
]
