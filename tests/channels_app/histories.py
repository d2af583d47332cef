"""Random histories of a floor, and what a desk makes of the frames it gets: a second reducer, written from the protocol
and not from the product's script, so that neither can hide the other's fault."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent, Presence
from contactcenter.operation.agents.services import set_presence
from contactcenter.operation.notices import services as notices
from contactcenter.operation.notices.models import Notice
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import LIVE, Offer, Queue, WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Disposition, Message, Note
from tenants.door import tenant as inside
from tenants.models import Tenant
from tests.people import chat, company, make_outcomes, make_queue, ring, say

Frame = dict[str, Any]
COMPANIES = ("aurora", "borealis")
KEPT = "said on the page"  # begins what nobody redacts
State = WorkItem.State


class Screen:
    """All that a desk knows, by docs/protocol.md."""

    def __init__(self) -> None:
        self.rev: int | None = None
        self.stale = False
        self.whole: Frame = {}
        self.me: Frame = {}
        self.items: dict[int, Frame] = {}
        self.talks: dict[str, Frame] = {}
        self.questions: list[Frame] = []
        self.notices: list[Frame] = []

    def take_in(self, frame: Frame) -> None:
        name = frame["t"]
        if name == "snapshot":
            self.rev, self.stale, self.whole, self.me = frame["rev"], False, frame, frame["me"]
            self.items = {card["id"]: card for card in frame["items"]}
            self.questions, self.notices = frame["questions"], frame["notices"]
        elif name in ("agent.changed", "item.changed", "item.removed"):
            self.step(frame)
        elif name == "conversation.snapshot":
            key = f"{frame['company']}/{frame['conversation']['id']}"
            self.talks[key] = {
                "rev": frame["conversation"]["rev"],
                "rows": {},
                "read": frame["conversation"]["customer_read"],
            }
            self.merge(key, frame)
        elif name == "messages":
            key = f"{frame['company']}/{frame['conversation']}"
            self.merge(key, frame)
            talk = self.talks[key]
            talk["rev"], talk["read"] = max(talk["rev"], frame["rev"]), max(talk["read"], frame["customer_read"])
        elif name == "questions.changed":
            self.questions = frame["questions"]
        elif name == "notices.changed":
            self.notices = frame["notices"]

    def step(self, frame: Frame) -> None:
        if self.rev is None or frame["rev"] < self.rev:
            return
        if frame["rev"] > self.rev + 1:
            self.stale = True
            return
        self.rev = frame["rev"]
        if frame["t"] == "agent.changed":
            self.me = frame["me"]
        elif frame["t"] == "item.changed":
            self.items[frame["item"]["id"]] = frame["item"]
        else:
            self.items.pop(frame["item"], None)

    def merge(self, key: str, frame: Frame) -> None:
        rows = self.talks[key]["rows"]
        for row in [*frame["messages"], *frame["notes"]]:
            if row["id"] not in rows or row["rev"] > rows[row["id"]]["rev"]:
                rows[row["id"]] = row

    def known(self) -> dict[str, int]:
        revisions = {f"{card['company']}/{card['conversation']}": card["rev"] for card in self.items.values()}
        for key, talk in self.talks.items():
            revisions[key] = min(talk["rev"], revisions.get(key, talk["rev"]))
        return revisions


class History:
    """Steps that people and the router may take, one after the other, by chance. Run in the shared schema."""

    def __init__(self, agent: Agent, colleague: Agent, seed: int) -> None:
        self.agent, self.colleague = agent, colleague
        self.chance = random.Random(seed)

    @cached_property
    def sam(self) -> User:
        return User.objects.create(email="steers@bpo.example", name="Steers", role="supervisor")

    def step(self) -> str:
        steps: list[Callable[[], None]] = [
            self.arrive, self.arrive, self.ring, self.ring, self.accept, self.accept, self.decline, self.no_answer,
            self.visitor_says, self.visitor_says, self.reply, self.reply, self.read, self.visitor_reads, self.note,
            self.ask, self.answer, self.redact, self.transfer, self.end, self.visitor_ends, self.extend, self.wrap_up,
            self.expire, self.come_back, self.presence, self.post_notice, self.take_down_notice, self.give,
            self.prioritise, self.rename_queue, self.retire_outcome, self.repaint,
        ]  # fmt: skip
        chosen = self.chance.choice(steps)
        refusals = (conversations.ConversationError, routing.RoutingError, IndexError)
        with suppress(*refusals):  # not every step fits: what is refused changes nothing
            chosen()
        return chosen.__name__

    def arrive(self) -> None:
        chat(self.chance.choice(COMPANIES), name=f"Visitor {self.chance.randrange(999)}")

    def ring(self) -> None:
        item = self.some(WorkItem.objects.filter(state=State.WAITING))
        to = item.only_agent or self.chance.choice([self.agent, self.agent, self.colleague])
        ring(item, to)

    def accept(self) -> None:
        offer = self.some(Offer.objects.filter(state=Offer.State.OPEN))
        conversations.take(item_id=offer.item_id, agent=offer.agent, now=now())

    def decline(self) -> None:
        offer = self.some(Offer.objects.filter(state=Offer.State.OPEN))
        routing.decline(item_id=offer.item_id, agent_id=offer.agent_id, now=now())

    def no_answer(self) -> None:
        offer = self.some(Offer.objects.filter(state=Offer.State.OPEN))
        routing.ring_no_answer(item_id=offer.item_id, now=offer.expires_at)

    def visitor_says(self) -> None:
        say(self.some(self.live()), f"word {self.chance.random()}")

    def reply(self) -> None:
        self.reply_in(self.some(self.held()))

    def reply_in(self, item: WorkItem) -> None:
        with inside(item.tenant.schema_name):
            conversations.reply(
                tenant=item.tenant,
                agent=item.agent,
                conversation_id=item.conversation,
                message_id=uuid4(),
                text=f"answer {self.chance.random()}",
                now=now(),
            )

    def read(self) -> None:
        item = self.some(self.held())
        with inside(item.tenant.schema_name):
            conversations.mark_read(
                tenant=item.tenant, agent=item.agent, conversation_id=item.conversation, sequence=99999
            )

    def visitor_reads(self) -> None:
        item = self.some(self.live())
        with inside(item.tenant.schema_name):
            customer = Conversation.objects.select_related("customer").get(pk=item.conversation).customer
            conversations.mark_read(
                tenant=item.tenant, customer=customer, conversation_id=item.conversation, sequence=99999
            )

    def note(self) -> None:
        item = self.some(self.held())
        self.add_note(item, item.agent, text="beside it")

    def ask(self) -> None:
        item = self.some(self.held())
        other = self.colleague if item.agent_id == self.agent.pk else self.agent
        self.add_note(item, item.agent, text="what now?", kind=Note.Kind.QUESTION, to=other.user_id)

    def answer(self) -> None:
        schema = self.chance.choice(COMPANIES)
        with inside(schema):
            question = self.some(Note.objects.filter(kind=Note.Kind.QUESTION, answered_by=None).select_related("to"))
            conversations.add_note(
                tenant=company(schema),
                user=question.to,
                conversation_id=question.conversation_id,
                note_id=uuid4(),
                text="this",
                kind=Note.Kind.ANSWER,
                answers=question.pk,
                now=now(),
            )

    def add_note(self, item: WorkItem, agent: Agent, **fields: Any) -> None:
        with inside(item.tenant.schema_name):
            conversations.add_note(
                tenant=item.tenant,
                user=agent.user,
                conversation_id=item.conversation,
                note_id=uuid4(),
                now=now(),
                **fields,
            )

    def redact(self) -> None:
        item = self.some(self.held())
        with inside(item.tenant.schema_name):
            said = Message.objects.filter(conversation=item.conversation).exclude(author="system")
            message = self.some(said.exclude(text__startswith=KEPT))
            conversations.redact(
                tenant=item.tenant,
                conversation_id=item.conversation,
                message_id=message.pk,
                user=item.agent.user,
                now=now(),
            )

    def transfer(self) -> None:
        item = self.some(self.held())
        other = self.colleague if item.agent_id == self.agent.pk else self.agent
        to: Frame = {"to_agent": other.pk} if self.chance.random() < 0.5 else {"to_queue": item.queue_id}
        conversations.transfer(
            item_id=item.pk, agent=item.agent, note="take it", warm=self.chance.random() < 0.5, now=now(), **to
        )

    def end(self) -> None:
        item = self.some(self.held())
        with inside(item.tenant.schema_name):
            conversations.finish(
                tenant=item.tenant,
                conversation_id=item.conversation,
                by=Conversation.ClosedBy.AGENT,
                agent=item.agent,
                now=now(),
            )

    def visitor_ends(self) -> None:
        item = self.some(self.live())
        with inside(item.tenant.schema_name):
            customer = Conversation.objects.select_related("customer").get(pk=item.conversation).customer
            conversations.finish(
                tenant=item.tenant,
                conversation_id=item.conversation,
                by=Conversation.ClosedBy.CUSTOMER,
                customer=customer,
                now=now(),
            )

    def come_back(self) -> None:
        """To a talk that has ended."""
        schema = self.chance.choice(COMPANIES)
        with inside(schema):
            self.come_back_to(schema, self.some(Conversation.objects.filter(state=Conversation.State.CLOSED)))

    def come_back_to(self, schema: str, talk: Conversation) -> None:
        conversations.receive(
            tenant=company(schema),
            customer=talk.customer,
            conversation_id=talk.pk,
            message_id=uuid4(),
            text="one thing more",
            reopen_within=timedelta(hours=1),
            now=now(),
        )

    def go_on(self, schema: str, conversation: UUID) -> None:
        """This one talk goes on, whatever became of it."""
        item = WorkItem.objects.filter(conversation=conversation, state__in=LIVE).select_related("tenant").first()
        if item is None:
            with inside(schema):
                self.come_back_to(schema, Conversation.objects.select_related("customer").get(pk=conversation))
        elif item.state == State.WAITING:
            ring(item, item.only_agent or self.agent)
        elif item.state == State.OFFERED:
            offer = Offer.objects.select_related("agent__user").get(item=item, state=Offer.State.OPEN)
            conversations.take(item_id=item.pk, agent=offer.agent, now=now())
        elif self.chance.random() < 0.5:
            self.reply_in(self.held().get(pk=item.pk))
        else:
            say(item, f"word {self.chance.random()}")

    def extend(self) -> None:
        item = self.some(WorkItem.objects.filter(state=State.WRAP_UP))
        routing.extend_wrap_up(item_id=item.pk, agent_id=item.agent_id, now=now())

    def wrap_up(self) -> None:
        item = self.some(WorkItem.objects.filter(state=State.WRAP_UP).select_related("agent__user"))
        conversations.wrap_up(item_id=item.pk, agent=item.agent, disposition="solved", summary="", now=now())

    def expire(self) -> None:
        item = self.some(WorkItem.objects.filter(state=State.WRAP_UP))
        routing.expire_wrap_up(item_id=item.pk, now=item.wrap_up_until)

    def presence(self) -> None:
        chosen = self.chance.choice([Presence.AVAILABLE, Presence.AVAILABLE, Presence.BREAK, Presence.OFFLINE])
        set_presence(agent_id=self.agent.pk, presence=chosen, now=now())

    def post_notice(self) -> None:
        later = now() + timedelta(seconds=self.chance.choice([1, 600, 600]))
        schema = self.chance.choice(["", *COMPANIES])
        notices.post(
            text=f"notice {self.chance.random()}",
            level="info",
            tenant=company(schema) if schema else None,
            expires_at=later,
            by=self.sam,
            now=now(),
        )

    def take_down_notice(self) -> None:
        notices.take_down(notice_id=self.some(Notice.objects.all()).pk, by=self.sam, now=now())

    def give(self) -> None:
        item, to = self.some(self.live()), self.chance.choice([self.agent, self.colleague])
        routing.reassign(item_id=item.pk, agent_id=to.pk, by=self.sam, now=now())

    def prioritise(self) -> None:
        item = self.some(self.live())
        routing.reprioritise(item_id=item.pk, priority=self.chance.randint(-2, 2), by=self.sam, now=now())

    def rename_queue(self) -> None:
        queue = self.some(Queue.objects.filter(is_default=False))
        Queue.objects.filter(pk=queue.pk).update(name=f"Help {self.chance.randrange(99)}")

    def retire_outcome(self) -> None:
        with inside(self.chance.choice(COMPANIES)):
            outcome = self.some(Disposition.objects.exclude(key="solved"))
            Disposition.objects.filter(pk=outcome.pk).update(is_active=not outcome.is_active)

    def repaint(self) -> None:
        colour = f"#{self.chance.randrange(2**24):06x}"
        Tenant.objects.filter(schema_name=self.chance.choice(COMPANIES)).update(colour=colour)

    def live(self) -> Any:
        return WorkItem.objects.filter(state__in=[State.WAITING, State.OFFERED, State.ACTIVE]).select_related("tenant")

    def held(self) -> Any:
        return WorkItem.objects.filter(state=State.ACTIVE).select_related("tenant", "agent__user")

    def some(self, rows: Any) -> Any:
        return self.chance.choice(list(rows.order_by("pk")))


def furnish() -> None:
    for schema in COMPANIES:
        make_queue(schema)
        make_queue(schema, "Sales", is_default=False)
        make_outcomes(schema)
        with inside(schema):
            Disposition.objects.create(key="passed-on", label={"en": "Passed on"})
