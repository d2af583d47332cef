"""What a company keeps of its customers: talks in all states, files, outcomes, replies, webhooks."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from contactcenter.lib.clock import now
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.services import record_look
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import CannedReply, Conversation, Disposition, Message, Note
from contactcenter.records.customers import services as customers
from contactcenter.records.customers.models import VisitorToken
from contactcenter.records.files.services import store
from contactcenter.records.webhooks import services as webhooks
from contactcenter.records.webhooks.models import Delivery
from tenants.door import tenant as inside
from tests.access.house import SAME_NUMBER, Company
from tests.people import chat, held_chat, ring
from tests.webchat import identity, start


def fill(own: Company) -> None:
    open_talks(own)
    keep_records(own)
    keep_webhooks(own)
    look_into(own)


def open_talks(own: Company) -> None:
    """The visitor's, in the agent's hands; another of the agent's, a colleague's, and one that waits."""
    agent = own.agent("agent")
    begun = start(own.schema, identity=site_account(own), text=f"{own.mark} hello")
    held = WorkItem.objects.select_related("tenant").get(conversation=begun["conversation"])
    ring(held, agent)
    conversations.take(item_id=held.pk, agent=agent, now=now())
    other = held_chat(own.schema, agent, text=f"{own.mark} of another visitor")
    colleagues = held_chat(own.schema, own.agent("colleague"), text=f"{own.mark} of a colleague")
    offered, elsewhere = (chat(own.schema, text=f"{own.mark} rings") for _ in range(2))
    ring(offered, agent)
    ring(elsewhere, own.agent("colleague"))
    waiting = chat(own.schema, text=f"{own.mark} waits")
    own.things |= {
        "talk": held.conversation,
        "item": held.pk,
        "offer": offered.pk,
        "waiting item": waiting.pk,
        "file": send_file(own, held),
        "site account": lambda: site_account(own),
        "visitor's key": begun["token"],
    }
    own.elsewhere |= {"file": send_file(own, other), "talk": colleagues.conversation, "item": colleagues.pk}
    own.elsewhere["offer"] = elsewhere.pk
    for item, found in ((held, own.things), (other, own.elsewhere)):
        found |= {"message": first_message(own, item), "question": ask(own, item)}


def site_account(own: Company) -> str:
    """As the company's website vouches for its visitor: good for five minutes."""
    return identity(own.schema, name="Vera Visitor", email="vera@visitor.example")


def send_file(own: Company, item: WorkItem) -> UUID:
    """By the agent who holds the talk."""
    agent = own.agent("agent")
    with inside(own.schema):
        content = SimpleUploadedFile(f"{own.mark}.txt", own.mark.encode())
        kept = store(content, conversation=item.conversation, user=agent.user_id, now=now())
        conversations.reply(
            tenant=own.tenant,
            agent=agent,
            conversation_id=item.conversation,
            message_id=uuid4(),
            text="Here it is",
            files=[kept.pk],
            now=now(),
        )
    return kept.pk


def first_message(own: Company, item: WorkItem) -> UUID:
    with inside(own.schema):
        return Message.objects.get(conversation=item.conversation, text__startswith=own.mark).pk


def ask(own: Company, item: WorkItem) -> UUID:
    """The supervisor, of the agent who holds the talk."""
    with inside(own.schema):
        question = conversations.add_note(
            tenant=own.tenant,
            user=own.people["supervisor"],
            conversation_id=item.conversation,
            note_id=uuid4(),
            kind=Note.Kind.QUESTION,
            to=own.people["agent"].pk,
            text=own.mark,
            now=now(),
        )
    return question.pk


def keep_records(own: Company) -> None:
    with inside(own.schema):
        talk = Conversation.objects.get(pk=own.things["talk"])
        outcome = Disposition.objects.create(key=f"only-{own.mark}", label={"en": own.mark})
        CannedReply.objects.create(pk=SAME_NUMBER, shortcut="hello", title=own.mark, text={"en": own.mark})
        thanks = CannedReply.objects.create(shortcut="thanks", title=own.mark, text={"en": own.mark})
        for who in ("agent", "supervisor", "colleague"):
            reply = CannedReply.objects.create(
                shortcut="own", title=own.mark, text={"en": own.mark}, owner=own.people[who]
            )
            own.things[f"{who}'s reply"] = reply.pk
        blocked = customers.start_customer(name=own.mark, email="", language="en", timezone="", now=now())
        block = customers.block(customer=blocked, by=own.people["supervisor"], reason=own.mark, now=now())
        own.things |= {
            "customer": talk.customer_id,
            "reply": thanks.pk,
            "outcome": outcome.pk,
            "outcome's key": outcome.key,
            "block": block.pk,
            "visitor token": VisitorToken.objects.get(customer=talk.customer_id).pk,
        }
        lapsed = customers.issue_token(customer=talk.customer, now=now())
        customers.revoke_token(token=lapsed, now=now())
        own.elsewhere["visitor's key"] = lapsed


def look_into(own: Company) -> None:
    """So that the company's log has a line of its agent, by alias."""
    agent = own.people["agent"]
    facts = {"object_kind": "conversation", "object_id": own.things["talk"], "now": now()}
    record_look(action=Action.CONVERSATION_READ, tenant=own.tenant, actor=agent, **facts)


def keep_webhooks(own: Company) -> None:
    """Two, each with a delivery that was given up."""
    with inside(own.schema):
        for delivery in (own.things, own.elsewhere):
            hook = webhooks.create(
                url=f"https://{own.mark}.example/",
                events=["message.sent"],
                by=webhooks.Keeper(tenant=own.tenant, user=own.people["manager"]),
                now=now(),
            ).webhook
            dead = Delivery.objects.create(
                webhook=hook,
                event="message.sent",
                conversation=own.things["talk"],
                revision=1,
                payload={},
                state="dead",
                error=own.mark,
                created_at=now(),
                due_since=now(),
                next_try_at=now(),
            )
            own.things.setdefault("webhook", hook.pk)
            delivery["delivery"] = dead.pk
