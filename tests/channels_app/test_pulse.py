"""What a heartbeat of a page costs that misses nothing."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from channels_app import pulse
from channels_app.middleware import Company
from contactcenter.gateways.webchat import talk
from contactcenter.operation.accounts.models import User
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.customers.models import VisitorToken
from contactcenter.records.customers.services import block
from tenants.door import in_shared, in_tenant
from tenants.models import Tenant
from tests.channels_app.talks import answer, begin, furnish, take
from tests.people import make_agent
from tests.webchat import Widget, texts


@pytest.fixture(autouse=True)
async def companies(committed: str) -> None:
    await furnish()


class Counted:
    """Calls a function of the house and remembers with what."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self.calls: list[dict[str, Any]] = []

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.calls.append(named)
        return self.function(*arguments, **named)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted(talk.hear)
    monkeypatch.setattr(talk, "hear", counted)
    return counted


async def settled() -> tuple[Widget, int]:
    """A page with all of a talk that an agent holds, and the revision up to which it has it."""
    widget = Widget(await begin(text="one"))
    await widget.open()
    await take()
    await answer("aurora", "two")
    return widget, await beat_until_still(widget)


async def beat_until_still(widget: Widget) -> int:
    """What a page tells to have is marked, which is news again."""
    known = 0
    for _ in range(3):
        known = (await widget.beat(known))["rev"]
    return known


async def test_a_page_that_has_all_of_a_held_talk_reads_nothing(reads: Counted) -> None:
    widget, known = await settled()
    reads.calls.clear()
    assert (await widget.beat(known))["rev"] == known
    assert not reads.calls


async def test_what_was_lost_is_read_with_the_next_beat(reads: Counted) -> None:
    widget, known = await settled()
    reads.calls.clear()
    await answer("aurora", "never told")
    await widget.beat(known)
    assert len(reads.calls) == 1
    assert "never told" in texts([m for frame in widget.told for m in frame.get("messages", [])])


async def test_who_waits_is_told_the_place_each_time(reads: Counted) -> None:
    widget = Widget(await begin())
    welcome = await widget.open()
    known = max(m["rev"] for m in welcome["messages"])
    for _ in range(3):
        await widget.beat(known)
    assert len(reads.calls) == 3


async def test_a_block_is_felt() -> None:
    widget, known = await settled()

    def shut() -> None:
        held = Conversation.objects.select_related("customer").get()
        block(customer=held.customer, by=User.objects.get(name="Inés Surname"), reason="rude", now=timezone.now())

    await in_tenant("aurora", shut)
    await widget.beat(known)
    assert [f["conversation"]["blocked"] for f in widget.told if f["t"] == "conversation.changed"][-1] is True


async def test_a_token_that_counts_no_more_ends_the_socket() -> None:
    widget, known = await settled()
    await in_tenant("aurora", lambda: VisitorToken.objects.update(revoked_at=timezone.now()))
    await widget.send("heartbeat", rev=known)
    assert await widget.closed() == 4401


@pytest.mark.parametrize(("change", "code"), [({"is_active": False}, 4403), ({"fenced_at": timezone.now()}, 4012)])
async def test_a_company_that_is_served_no_more_ends_it(change: dict[str, Any], code: int) -> None:
    widget, known = await settled()
    await in_shared(lambda: Tenant.objects.filter(schema_name="aurora").update(**change))
    await widget.send("heartbeat", rev=known)
    assert await widget.closed() == code


async def test_many_are_felt_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And each gets its own: two who wait, one blocked, one whose token is nobody's."""
    tokens = [await begin(text=str(number)) for number in range(3)]
    aurora = await in_shared(lambda: Tenant.objects.get(schema_name="aurora").pk)
    company = Company(id=aurora, schema="aurora", is_active=True, is_fenced=False)
    rude = await in_tenant("aurora", shut_out_the_last)
    looks = Counted(pulse.pulses)
    monkeypatch.setattr(pulse, "pulses", looks)
    felt = await asyncio.gather(
        *(pulse.feel(company, token) for token in (*tokens, tokens[0], "nobody's")), return_exceptions=True
    )
    assert [len(call["tokens"]) for call in looks.calls] == [4]
    assert [type(each).__name__ for each in felt] == ["Pulse"] * 4 + ["TokenGone"]
    talks = [each.talk for each in felt[:4]]  # type: ignore[union-attr]
    assert talks[0] == talks[3] and len(set(talks)) == 3
    assert talks[2] == rude
    assert [each.blocked for each in felt[:4]] == [False, False, True, False]  # type: ignore[union-attr]


def shut_out_the_last() -> UUID:
    last = Conversation.objects.select_related("customer").latest("created_at")
    block(customer=last.customer, by=make_agent("Inés", ["aurora"]).user, reason="rude", now=timezone.now())
    return last.pk
