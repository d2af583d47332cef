"""Notes on the wall: who may post them, whose desks they stand on, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.notices import services as notices
from contactcenter.operation.notices.models import Notice
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.models import QueueSkill
from contactcenter.operation.routing.services import NotAllowed
from tests.operation.floor import NOON, at, company, make_agent, make_pool, make_queue, make_skill, news

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return User.objects.create(email="sam@bpo.example", name="Sam Whitlock", role=Role.SUPERVISOR)


def post(by: User, text: str = "The phones are back.", **fields: object) -> Notice:
    return notices.post(
        **{"text": text, "level": "info", "expires_at": at(3600), "by": by, "now": NOON, **fields}  # type: ignore[arg-type]
    )


def seen_by(agent: Agent, now: datetime = NOON) -> list[str]:
    return [notice.text for notice in notices.notices_for(agent, now=now)]


def told() -> set[str]:
    found = {row[0] for row in news("notices.changed")}
    Event.objects.all().delete()
    return found


def test_of_all_of_a_company_and_of_a_queue(sam: User) -> None:
    ines, nils = make_agent("Ines", skills={"visas": 3}), make_agent("Nils")
    rosa = make_agent("Rosa", companies=["cumbre"], skills={"visas": 3})
    other = make_agent("Other", companies=["aurora"], pool=make_pool("Elsewhere"), skills={"visas": 3})
    queue = make_queue("aurora", "visas")
    QueueSkill.objects.create(queue=queue, skill=make_skill("visas"), level=2)
    everybody = {f"agent.{agent.pk}" for agent in (ines, nils, rosa, other)}

    post(sam, "For all")
    assert told() == everybody
    post(sam, "For Aurora", tenant=company("aurora"))
    assert told() == {f"agent.{agent.pk}" for agent in (ines, nils, other)}
    post(sam, "For visas", queue=queue)
    assert told() == {f"agent.{ines.pk}"}  # Nils lacks the skill, Rosa the company, Other the pool

    assert seen_by(ines) == ["For visas", "For Aurora", "For all"]
    assert seen_by(nils) == ["For Aurora", "For all"]
    assert seen_by(rosa) == ["For all"]
    assert seen_by(other) == ["For Aurora", "For all"]


def test_a_right_taken_away_takes_its_notices_along(sam: User) -> None:
    ines = make_agent("Ines")
    post(sam, "For Aurora", tenant=company("aurora"))
    ines.tenants.remove(company("aurora"))
    assert seen_by(ines) == []


def test_it_ends_at_its_time_or_before(sam: User) -> None:
    ines = make_agent("Ines")
    notice = post(sam, expires_at=at(60))
    assert (seen_by(ines, at(59)), seen_by(ines, at(60))) == (["The phones are back."], [])
    told()
    notices.take_down(notice_id=notice.pk, by=sam, now=at(10))
    assert seen_by(ines, at(10)) == []
    assert told() == {f"agent.{ines.pk}"}
    notices.take_down(notice_id=notice.pk, by=sam, now=at(20))  # over already: nobody is told again
    assert told() == set()
    notice.refresh_from_db()
    assert (notice.expires_at, notice.ended_by) == (at(10), sam)


def test_what_is_refused(sam: User) -> None:
    foreign = make_queue("borealis")
    for field, code, wrong in (
        ("text", "empty", {"text": "  \n "}),
        ("text", "too_long", {"text": "x" * 501}),
        ("level", "not_chosen", {"level": "shouting"}),
        ("expires_at", "not_between", {"expires_at": NOON}),
        ("expires_at", "not_between", {"expires_at": NOON + timedelta(days=31, seconds=1)}),
        ("queue", "not_chosen", {"queue": foreign, "tenant": company("aurora")}),
    ):
        with pytest.raises(notices.NoticeRefused) as refused:
            post(sam, **wrong)
        assert (refused.value.field, refused.value.code) == (field, code)
    assert post(sam, "x" * 500).text == "x" * 500
    assert post(sam, "one\nline \x00 only").text == "one line only"


def test_only_supervisors_and_admins(sam: User) -> None:
    notice = post(sam)
    ines = make_agent("Ines")
    with pytest.raises(NotAllowed):
        post(ines.user)
    with pytest.raises(NotAllowed):
        notices.take_down(notice_id=notice.pk, by=ines.user, now=at(1))


def test_it_is_written_down(sam: User) -> None:
    notice = post(sam, tenant=company("aurora"))
    notices.take_down(notice_id=notice.pk, by=sam, now=at(1))
    rows = Entry.objects.filter(object_kind="notice").order_by("sequence")
    assert list(rows.values_list("action", "tenant__schema_name", "actor__name", "object_id")) == [
        ("notice.posted", "aurora", "Sam Whitlock", str(notice.pk)),
        ("notice.ended", "aurora", "Sam Whitlock", str(notice.pk)),
    ]
