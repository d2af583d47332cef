"""Whoever reads a company's records at the desk stands in that company's log."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contactcenter.faces.desk.news import open_talk
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations.services import NotFound
from tests.faces.desk.test_pages import PNG
from tests.people import held_chat, make_agent
from tests.signed_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines() -> Agent:
    return make_agent("Inés", ["aurora"])


@pytest.fixture
def item(ines: Agent) -> WorkItem:
    return held_chat("aurora", ines)


def log() -> list[tuple[str, str, str]]:
    return list(Entry.objects.order_by("id").values_list("tenant__schema_name", "actor__name", "action"))


def test_each_way_of_reading_is_written_down_once(ines: Agent, item: WorkItem) -> None:
    browser, talk = signed_in(ines.user), f"/desk/aurora/{item.conversation}/"
    sent = browser.post(f"{talk}files/", {"file": SimpleUploadedFile("a.png", PNG, "image/png")}).json()["file"]["id"]
    for _again in range(2):
        open_talk(ines, "aurora", item.conversation)
        for rest in ("customer/", "transcript/", f"files/{sent}/"):
            assert browser.get(talk + rest).status_code == 200
    assert log() == [
        ("aurora", "Inés Surname", action)
        for action in ("conversation.read", "customer.read", "transcript.exported", "file.read")
    ]
    assert set(Entry.objects.values_list("object_id", flat=True)) == {str(item.conversation), sent}


def test_what_was_refused_was_not_read(item: WorkItem) -> None:
    stranger = make_agent("Sten", ["borealis"])
    with pytest.raises(NotFound):
        open_talk(stranger, "aurora", item.conversation)
    assert signed_in(stranger.user).get(f"/desk/aurora/{item.conversation}/transcript/").status_code == 404
    assert log() == []
