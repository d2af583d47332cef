"""What a door is: of which kind, which methods it takes, what it is filled in with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.access.house import PNG

# What stands for a parameter of an address, where the door itself does not say.
PARAMETERS = {
    "schema": "company",
    "conversation_id": "talk",
    "file_id": "file",
    "customer_id": "customer",
    "webhook_id": "webhook",
    "delivery_id": "delivery",
    "membership_id": "member",
    "invitation_id": "letter",
    "notice_id": "notice",
    "wallboard_id": "wall",
    "session_id": "session",
    "pk": "passkey",
    "step": "step",
}
Form = Mapping[str, Any]


@dataclass(frozen=True)
class Door:
    """`at`, `query` and `asks` name the thing that stands in the address, after its ? and in the form. `sends` is what
    else the form holds. `absent` is what is answered where one of the things is foreign or missing, to who is let in;
    `untaken` where the method is none of the door's.
    """

    route: str
    kind: str
    methods: str = "GET"
    at: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    asks: Mapping[str, str] = field(default_factory=dict)
    sends: Callable[[], Form] = dict
    json: bool = False
    absent: str = "gone"
    untaken: str = "not so"
    alike: bool = True  # False where what is named is no object: it only cuts one's own list
    whole: bool = False  # what stands in the address belongs together: all of it is foreign, or all is missing
    again: bool = False  # a door of another line, asked for more: by those alone who are let in
    right: Mapping[str, str] = field(default_factory=dict)  # method → of a machine's key
    called: str = ""

    @property
    def name(self) -> str:
        return self.called or self.route


def upload() -> Form:
    return {"file": SimpleUploadedFile("pixel.png", PNG)}
