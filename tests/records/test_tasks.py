"""The clock's tasks carry their company in a header, hold no personal data, and may be repeated."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from contactcenter.access.tasks import TASKS
from contactcenter.access.who import Place
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.outbox.registry import settle, task_for
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations import tasks
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.files import tasks as file_tasks
from tenants import door
from tests.records.conftest import Company, texts


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would have gone to the broker."""
    found: list[dict[str, Any]] = []
    for task in (tasks.end_silence, file_tasks.sweep):
        monkeypatch.setattr(task, "apply_async", lambda **given: found.append(given))
    return found


def test_only_companies_with_live_work_are_looked_at(aurora: Company, borealis: Company, sent: list[dict[str, Any]]):
    aurora.start()
    with door.shared():
        tasks.look_for_silence()
    assert sent == [{"headers": {"_schema_name": "aurora"}, "expires": 15}]


def test_files_of_every_company_are_swept(aurora: Company, sent: list[dict[str, Any]]):
    with door.shared():
        file_tasks.sweep_companies()
    assert sorted(given["headers"]["_schema_name"] for given in sent) == ["aurora", "borealis", "cumbre"]
    file_tasks.sweep()


def test_silence_ends_in_the_company_of_the_header(
    aurora: Company, ines: Agent, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    conversation = aurora.held(ines)
    aurora.reply(conversation, ines, now=now)
    for later in (120, 420):
        monkeypatch.setattr(tasks, "now", lambda later=later: now + timedelta(seconds=later))
        tasks.end_silence()
        tasks.end_silence()
    assert texts(conversation)[-2:] == ["visitor.reminded", "conversation.closed_by_silence"]


def test_wrap_up_that_ran_out_is_flagged_by_its_event(aurora: Company, ines: Agent, now: datetime):
    assert task_for("wrap_up.expired") == "conversations.flag_wrap_up_missing"
    conversation = aurora.held(ines)
    conversations.finish(
        tenant=aurora.tenant, conversation_id=conversation.pk, by=Conversation.ClosedBy.AGENT, agent=ines, now=now
    )
    event = Event.objects.create(
        kind="handle", name="wrap_up.expired", schema="aurora", object_id=str(aurora.item(conversation).pk)
    )
    for _ in range(2):
        settle(event.pk, tasks.flag_wrap_up_missing, now)
    conversation.refresh_from_db()
    assert conversation.disposition_missing
    assert not Event.objects.filter(pk=event.pk).exists()


def test_what_beat_starts_is_declared_and_shared():
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        if entry["task"].startswith(("conversations.", "files.")):
            assert TASKS[entry["task"]] is Place.SHARED
