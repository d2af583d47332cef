"""What every service that writes into a conversation does alike.

Locks are taken in one order, or two services would wait for each other: customer, conversation, work item, agent. The
engine and the reconciler take only the last two.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from contactcenter.lib import groups
from contactcenter.lib.card_numbers import scrub
from contactcenter.lib.prepared import Prepared
from contactcenter.lib.text import clean_message, is_invisible
from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.models import HELD, LIVE, Offer, WorkItem
from contactcenter.records.conversations.errors import (
    Empty,
    FileGone,
    IdTaken,
    NotFound,
    NotYours,
    TooLong,
    TooManyFiles,
)
from contactcenter.records.conversations.happenings import happened
from contactcenter.records.conversations.models import Attachment, Conversation, Message
from contactcenter.records.conversations.reading import stand_in
from contactcenter.records.customers.models import Customer
from contactcenter.records.files.models import StoredFile
from tenants.models import Tenant

MESSAGE_LIMIT = 5000  # characters
FILES_A_MESSAGE = 10
IN_HAND = (WorkItem.State.ACTIVE,)


LOCKED = Prepared(
    lambda pk: Conversation.objects.select_for_update(of=("self",)).select_related("customer").filter(pk=pk)
)
MESSAGES = Prepared(lambda pk: Message.objects.filter(pk=pk))
ON_A_DESK = Prepared(
    lambda tenant, conversation: WorkItem.objects.filter(
        tenant=tenant, conversation=conversation, state__in=[*LIVE, WorkItem.State.WRAP_UP]
    )
)


def lock(tenant: Tenant, conversation_id: UUID, *, customer: Customer | None = None) -> Conversation:
    """The conversation, for this transaction alone; with `customer`, only if it is theirs. Raises NotFound."""
    stand_in(tenant)
    conversation = LOCKED.first(pk=conversation_id)
    if conversation is None or (customer is not None and conversation.customer_id != customer.pk):
        raise NotFound(conversation_id)
    return conversation


def typed_text(text: str, *, limit: int = MESSAGE_LIMIT, field: str = "text", required: bool = True) -> str:
    """What somebody typed, as it may be stored. Raises Empty, TooLong."""
    if len(text) > limit:  # before any work on it: it may be megabytes
        raise TooLong(limit, field)
    text = scrub(clean_message(text))
    if required and all(character.isspace() or is_invisible(character) for character in text):
        raise Empty(field)
    return text


def find_repeated(conversation: Conversation, message_id: UUID, *, user_id: int | None) -> Message | None:
    """The message, if it was sent before: the sender did not hear that it arrived. Raises IdTaken."""
    message = MESSAGES.first(pk=message_id)
    if message is None:
        return None
    if message.conversation_id != conversation.pk or message.user_id != user_id:
        raise IdTaken(message_id)
    return message


def append(
    conversation: Conversation,
    *,
    direction: Message.Direction,
    author: Message.Author,
    now: datetime,
    message_id: UUID | None = None,
    user_id: int | None = None,
    name: str = "",
    text: str = "",
    event: str = "",
    files: Sequence[UUID] = (),
) -> Message:
    """The next message. Raises IdTaken when another conversation took the id at the same moment: the transaction is
    lost with it.
    """
    conversation.take_number()
    message = Message(
        conversation=conversation,
        sequence=conversation.last_sequence,
        revision=conversation.revision,
        direction=direction,
        author=author,
        user_id=user_id,
        author_name=name,
        text=text,
        event=event,
        created_at=now,
    )
    if message_id is not None:
        message.pk = message_id
    try:
        message.save(force_insert=True)
    except IntegrityError as error:
        raise IdTaken(message.pk) from error
    if files:
        attach(message, files)
    happened(conversation, message)
    return message


def attach(message: Message, files: Sequence[UUID]) -> None:
    wanted = list(dict.fromkeys(files))
    if len(wanted) > FILES_A_MESSAGE:
        raise TooManyFiles
    stored = StoredFile.objects.select_for_update(of=("self",)).filter(
        pk__in=wanted, conversation=message.conversation_id, uploaded_by=message.user_id, attachment=None
    )
    by_id = {file.pk: file for file in stored}
    if len(by_id) != len(wanted):
        raise FileGone
    Attachment.objects.bulk_create(Attachment(message=message, file=by_id[file_id]) for file_id in wanted)


def announce(conversation: Conversation, event: str, now: datetime, *, name: str = "") -> Message:
    """A system message: each screen words the event in its own language."""
    return append(
        conversation, direction=Message.Direction.OUT, author=Message.Author.SYSTEM, now=now, event=event, name=name
    )


def tell(tenant: Tenant, conversation: Conversation, *, visitor: bool = True) -> None:
    """News of the conversation to the agents whose cards it changes, and to whoever has it on screen. The cards come
    first: a desk reads card and conversation in one, and need not look again.
    """
    schema = tenant.schema_name
    events: list[Event] = []
    for item in ON_A_DESK.all(tenant=tenant.pk, conversation=conversation.pk):
        agent_id = item.agent_id or ringing_agent(item)
        if agent_id is not None:
            events.append(
                outbox.pushed(name="item.changed", group=groups.agent(agent_id), schema=schema, object_id=str(item.pk))
            )
    watching = [groups.conversation_staff(schema, conversation.pk)]
    if visitor:
        watching.append(groups.conversation_visitor(schema, conversation.pk))
    events += [
        outbox.pushed(
            name="conversation.changed",
            group=group,
            schema=schema,
            object_id=str(conversation.pk),
            revision=conversation.revision,
        )
        for group in watching
    ]
    outbox.write(events)


def ringing_agent(item: WorkItem) -> int | None:
    if item.state != WorkItem.State.OFFERED:
        return None
    return Offer.objects.filter(item=item, state=Offer.State.OPEN).values_list("agent_id", flat=True).first()


def held_item(tenant: Tenant, conversation: Conversation, agent: Agent, states: Sequence[str] = IN_HAND) -> WorkItem:
    """The work item by which this agent holds the conversation, kept until commit. Raises NotYours."""
    item = (
        WorkItem.objects.select_for_update(of=("self",), no_key=True)
        .filter(tenant=tenant, conversation=conversation.pk, agent=agent, state__in=states)
        .first()
    )
    if item is None:
        raise NotYours(conversation.pk)
    return item


def has_in_hand(tenant: Tenant, conversation: Conversation, user: User) -> None:
    """The agent who holds the conversation or wraps it up, or a supervisor. Raises NotYours."""
    if user.role == Role.SUPERVISOR:
        return
    agent = Agent.objects.filter(user=user, is_active=True).first()
    if agent is None:
        raise NotYours(conversation.pk)
    held_item(tenant, conversation, agent, HELD)
