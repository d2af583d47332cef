"""What an agent chooses, and the log of it."""

from __future__ import annotations

import pytest

from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import BreakReason, Capacity, PresenceSpan
from tests.operation.floor import NOON, at, make_agent, news

pytestmark = pytest.mark.django_db


def test_each_change_ends_a_row_and_begins_the_next_at_the_same_moment() -> None:
    ines = make_agent("Ines")
    lunch = BreakReason.objects.create(key="lunch", name="Lunch")
    for second, presence, reason in (
        (0, "available", None),
        (10, "break", "lunch"),
        (40, "break", ""),
        (50, "available", ""),
        (60, "offline", None),
    ):
        agents.set_presence(agent_id=ines.pk, presence=presence, reason=reason, now=at(second))
    rows = PresenceSpan.objects.order_by("started_at").values_list("presence", "reason", "started_at", "ended_at")
    assert list(rows) == [
        ("available", None, NOON, at(10)),
        ("break", lunch.pk, at(10), at(40)),
        ("break", None, at(40), at(50)),
        ("available", None, at(50), at(60)),
        ("offline", None, at(60), None),
    ]
    versions = [revision for _, _, revision in news("agent.changed")]
    assert versions == [1, 2, 3, 4, 5]


def test_the_same_again_changes_nothing() -> None:
    ines = make_agent("Ines")
    agents.set_presence(agent_id=ines.pk, presence="offline", now=at(0))
    assert PresenceSpan.objects.count() == 0
    for second in (1, 2):
        agents.set_presence(agent_id=ines.pk, presence="available", now=at(second))
    assert PresenceSpan.objects.get().started_at == at(1)
    assert Capacity.objects.get(agent=ines).version == 1


def test_what_cannot_be_chosen() -> None:
    ines = make_agent("Ines", available_at=NOON)
    BreakReason.objects.create(key="old", name="Old", is_active=False)
    for reason in ("old", "never"):
        with pytest.raises(agents.UnknownReason) as refused:
            agents.set_presence(agent_id=ines.pk, presence="break", reason=reason, now=at(1))
        assert (refused.value.code, refused.value.field) == ("not_chosen", "reason")
    for presence in ("not_responding", "asleep"):
        with pytest.raises(ValueError, match=presence):
            agents.set_presence(agent_id=ines.pk, presence=presence, now=at(1))
    assert PresenceSpan.objects.get().presence == "available"


def test_a_derived_activity_is_set_right() -> None:
    ines = make_agent("Ines", available_at=NOON)
    assert agents.refresh_activity(agent_id=ines.pk, now=at(1)) is False
    PresenceSpan.objects.update(activity="on_work")
    assert agents.refresh_activity(agent_id=ines.pk, now=at(2)) is True
    assert PresenceSpan.objects.get(ended_at=None).activity == "idle"


def test_changed_rights_raise_the_version() -> None:
    ines = make_agent("Ines")
    agents.rights_changed(agent_id=ines.pk, now=NOON)
    assert Capacity.objects.get(agent=ines).version == 1
