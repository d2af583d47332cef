"""Who may read a conversation, and what is new in it. Foreign and missing give the same answer: NotFound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects

from contactcenter.lib.prepared import Prepared
from contactcenter.operation.accounts.models import Membership, Role, User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing.models import HELD, WorkItem
from contactcenter.records.conversations.errors import NotFound
from contactcenter.records.conversations.models import Attachment, Conversation, Message, Note
from contactcenter.records.customers.models import Customer
from contactcenter.records.files.models import StoredFile
from tenants.door import current_schema
from tenants.models import Tenant

CONVERSATIONS = Prepared(lambda pk: Conversation.objects.select_related("customer").filter(pk=pk))
HOLDS_OR_HELD = Prepared(
    lambda tenant, user, conversation: (
        WorkItem.objects.filter(tenant=tenant, conversation=conversation)
        .filter(Q(agent__in=serving(tenant, user)) | Q(spans__agent__in=serving(tenant, user)))
        .only("pk")[:1]
    )
)


def serving(tenant: Tenant, user: User) -> QuerySet[Agent]:
    return Agent.objects.filter(user=user, is_active=True, tenants=tenant)


def stand_in(tenant: Tenant) -> None:
    """A service that runs in another company's schema than the one it was given would mix the two."""
    if current_schema() != tenant.schema_name:
        raise RuntimeError(f"works for {tenant.schema_name} inside {current_schema()}")


def readable(*, tenant: Tenant, user: User, conversation_id: UUID) -> Conversation:
    """The conversation, if this member of staff may read it. Raises NotFound."""
    stand_in(tenant)
    conversation = CONVERSATIONS.first(pk=conversation_id)
    if conversation is None or not may_read(tenant=tenant, user=user, conversation=conversation):
        raise NotFound(conversation_id)
    return conversation


def may_read(*, tenant: Tenant, user: User, conversation: Conversation) -> bool:
    """Supervisors: all. Agents, of companies they serve: what they hold or held, what was asked of them, and the
    history of a customer they are serving now.
    """
    stand_in(tenant)
    if not user.is_active:
        return False
    if user.role == Role.SUPERVISOR:
        return True
    if HOLDS_OR_HELD.first(tenant=tenant.pk, user=user.pk, conversation=conversation.pk):  # by far the most often
        return True
    agent = serving(tenant, user).first()
    return agent is not None and (
        Note.objects.filter(conversation=conversation, kind=Note.Kind.QUESTION, to=user).exists()
        or serves_customer_now(tenant, agent, conversation.customer_id)
    )


def serves_customer_now(tenant: Tenant, agent: Agent, customer_id: UUID) -> bool:
    held = WorkItem.objects.filter(tenant=tenant, agent=agent, state__in=HELD).values_list("conversation", flat=True)
    return Conversation.objects.filter(pk__in=list(held), customer=customer_id).exists()


def readable_history(*, tenant: Tenant, user: User, conversation: Conversation) -> QuerySet[Conversation]:
    """The customer's other conversations, as far as this reader of `conversation` may read them too: who has handed the
    customer on still reads what they held, and learns of nothing after it.
    """
    stand_in(tenant)
    others = Conversation.objects.filter(customer=conversation.customer_id).exclude(pk=conversation.pk)
    if user.role == Role.SUPERVISOR:
        return others
    agent = serving(tenant, user).first()
    if agent is None:
        return others.none()
    if serves_customer_now(tenant, agent, conversation.customer_id):
        return others
    handled = WorkItem.objects.filter(Q(agent=agent) | Q(spans__agent=agent), tenant=tenant)
    asked = Note.objects.filter(kind=Note.Kind.QUESTION, to=user)
    return others.filter(Q(pk__in=handled.values("conversation")) | Q(pk__in=asked.values("conversation")))


def file_for_staff(*, tenant: Tenant, user: User, conversation_id: UUID, file_id: UUID) -> StoredFile:
    """A file of a conversation that this member of staff may read: sent, or uploaded by them to be sent. Raises
    NotFound.
    """
    conversation = readable(tenant=tenant, user=user, conversation_id=conversation_id)
    sent_or_own = Q(attachment__isnull=False) | Q(uploaded_by=user)
    file = StoredFile.objects.filter(sent_or_own, pk=file_id, conversation=conversation.pk).first()
    if file is None:
        raise NotFound(file_id)
    return file


def readable_by_client(*, tenant: Tenant, user: User, conversation_id: UUID) -> Conversation:
    """The conversation, for one of the company's own people. Raises NotFound."""
    stand_in(tenant)
    people = Membership.objects.filter(user=user, tenant=tenant, is_active=True, user__is_active=True)
    found = Conversation.objects.select_related("customer", "disposition").filter(pk=conversation_id).first()
    if found is None or not people.exists():
        raise NotFound(conversation_id)
    return found


def file_for_client(*, tenant: Tenant, user: User, conversation_id: UUID, file_id: UUID) -> StoredFile:
    """A file that was sent in a conversation of the company, for one of its own people. Raises NotFound."""
    conversation = readable_by_client(tenant=tenant, user=user, conversation_id=conversation_id)
    file = StoredFile.objects.filter(attachment__isnull=False, pk=file_id, conversation=conversation.pk).first()
    if file is None:
        raise NotFound(file_id)
    return file


def file_for_customer(*, customer: Customer, file_id: UUID) -> StoredFile:
    """A file of one of the customer's own conversations: sent, or uploaded by them to be sent. Raises NotFound."""
    file = StoredFile.objects.filter(pk=file_id).filter(Q(attachment__isnull=False) | Q(uploaded_by=None)).first()
    if file is None or not Conversation.objects.filter(pk=file.conversation, customer=customer).exists():
        raise NotFound(file_id)
    return file


@dataclass(frozen=True)
class Newer:
    """`revision` is the conversation's, read before the rows: what came meanwhile may come again, and nothing is left
    out.
    """

    conversation: Conversation
    revision: int
    messages: list[Message]
    notes: list[Note]


HAS_FILES = Exists(Attachment.objects.filter(message=OuterRef("pk")))
MESSAGES_AFTER: Prepared[Any] = Prepared(
    lambda conversation, revision: (
        Message.objects.filter(conversation=conversation, revision__gt=revision)
        .annotate(has_files=HAS_FILES)
        .order_by("sequence")
    )
)
NOTES_AFTER = Prepared(
    lambda conversation, revision: (
        Note.objects.filter(conversation=conversation, revision__gt=revision)
        .select_related("author__agent", "to__agent")
        .order_by("created_at", "id")
    )
)


def newer_than(conversation: Conversation, revision: int, *, notes: bool = False) -> Newer:
    """Whatever changed in the conversation, as it was just read, after `revision`, in order; 0 gives all of it.
    Customers never get notes.
    """
    if conversation.revision <= revision:
        return Newer(conversation, conversation.revision, [], [])
    messages = MESSAGES_AFTER.all(conversation=conversation.pk, revision=revision)
    prefetch_related_objects([message for message in messages if message.has_files], "attachments__file")
    written = NOTES_AFTER.all(conversation=conversation.pk, revision=revision) if notes else []
    return Newer(conversation, conversation.revision, messages, written)
