"""Customer, agents, clock and a failing network act on the same conversations at the same moment."""

import random
import threading
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import connection, transaction

from contactcenter.operation.agents.models import Agent, Capacity
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.errors import RoutingError
from contactcenter.operation.routing.models import Offer, WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Disposition, Message
from tenants import door
from tests.records.conftest import NOW, Company, company, make_agent, offer

ClosedBy = Conversation.ClosedBy
LIVE = [WorkItem.State.WAITING, WorkItem.State.OFFERED, WorkItem.State.ACTIVE]
DAY = timedelta(days=1)
THREADS, STEPS = 6, 30


def one_step(
    aurora: Company, talks: list[Conversation], agents: list[Agent], chance: random.Random, now: datetime
) -> None:
    talk, agent = chance.choice(talks), chance.choice(agents)
    about = {"tenant": aurora.tenant, "conversation_id": talk.pk, "now": now}
    item_id = WorkItem.objects.filter(conversation=talk.pk).latest("pk").pk
    match chance.randrange(12):
        case 0 | 1 | 2:
            aurora.receive(talk, now=now, reopen_within=DAY)
        case 3 | 4:
            aurora.reply(talk, agent, now=now)
        case 5 | 6:
            ringing = Offer.objects.filter(state="open", item__conversation=talk.pk).select_related("agent").first()
            if ringing:
                conversations.take(item_id=ringing.item_id, agent=ringing.agent, now=now)
        case 7:
            conversations.finish(**about, by=ClosedBy.CUSTOMER, customer=talk.customer)
        case 8:
            conversations.finish(**about, by=ClosedBy.AGENT, agent=agent)
        case 9:
            conversations.wrap_up(item_id=item_id, agent=agent, disposition="solved", summary="", now=now)
        case 10:
            conversations.transfer(item_id=item_id, agent=agent, to_queue=aurora.queue.pk, note="", now=now)
        case 11:
            routing.leave_behind(agent_id=agent.pk, now=now)


def route(agents: list[Agent], chance: random.Random) -> None:
    """A simple router: what waits rings somewhere."""
    with door.tenant("aurora"):
        for item in WorkItem.objects.filter(state="waiting"):
            with transaction.atomic():
                if WorkItem.objects.filter(pk=item.pk, state="waiting").update(state="offered") == 1:
                    offer(item, chance.choice(agents))


def test_an_open_conversation_has_one_live_item_and_a_closed_one_none(committed: str):
    with door.tenant("aurora"):
        aurora = company("aurora")
        Disposition.objects.create(key="solved")
        agents = [make_agent(alias, aurora.tenant) for alias in ("Inés", "Nils")]
        Capacity.objects.update(chat_limit=100)
        talks = [aurora.start() for _ in range(3)]
    surprises: list[BaseException] = []

    def act(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for step in range(STEPS):
                with door.tenant("aurora"), suppress(conversations.ConversationError, RoutingError):  # came too late
                    one_step(aurora, talks, agents, chance, NOW + timedelta(seconds=step))
                if seed == 0:
                    route(agents, chance)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            surprises.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[seed]) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert surprises == []  # no deadlock, no broken constraint
    with door.tenant("aurora"):
        for talk in Conversation.objects.all():
            live = WorkItem.objects.filter(conversation=talk.pk, state__in=LIVE).count()
            assert live == (1 if talk.state == "open" else 0)
            sequences = list(Message.objects.filter(conversation=talk).values_list("sequence", flat=True))
            assert sequences == list(range(1, talk.last_sequence + 1))
