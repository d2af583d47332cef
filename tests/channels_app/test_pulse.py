"""What a heartbeat of a page costs that misses nothing."""

from __future__ import annotations

import asyncio
import threading
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from channels_app import pulse
from channels_app.lanes import VISITORS
from channels_app.middleware import Company
from contactcenter.gateways.webchat import talk
from contactcenter.operation.accounts.models import User
from contactcenter.records.conversations.models import Conversation, Message
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


async def test_who_waits_is_told_the_place_with_a_beat_and_reads_nothing_for_it(reads: Counted) -> None:
    first, widget = Widget(await begin()), Widget(await begin())
    await first.open()
    assert (await widget.open())["conversation"]["position"] == 2
    known = await beat_until_still(widget)
    reads.calls.clear()
    await first.ask("conversation.end")  # whose news never come: nothing relays them
    await widget.beat(known)
    told = await widget.next("conversation.changed")
    assert told["conversation"]["position"] == 1
    assert not reads.calls


async def test_an_answer_of_before_is_marked_by_the_first_beat_of_a_new_socket(reads: Counted) -> None:
    token = await begin(text="one")
    widget = Widget(token)
    await widget.open()
    await take()
    await answer("aurora", "two")
    known = await in_tenant("aurora", lambda: Conversation.objects.get().revision)
    await widget.leave()
    again = Widget(token)
    await again.open(rev=known)
    await again.beat(known)
    assert await in_tenant("aurora", lambda: Message.objects.get(text="two").delivery) == "delivered"


async def test_a_look_that_another_companys_page_began_waits_in_ones_own_lane() -> None:
    widget, known = await settled()
    other = Widget(await begin("borealis"), "borealis")
    await other.open()
    others = await beat_until_still(other)
    blocker = threading.Event()
    with VISITORS("borealis"):
        held = asyncio.create_task(in_tenant("borealis", blocker.wait))
    await asyncio.sleep(0.05)
    try:
        await other.send("heartbeat", rev=others)
        assert (await widget.beat(known))["rev"] == known
    finally:
        blocker.set()
        await held


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
