"""Compares a company's conversations with the work items of the floor, mends what does not agree and explains each
repair. Both are written in one transaction always: what a look finds was never right, such as what a restored backup
brings.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import HELD, LIVE, Queue, WorkItem
from contactcenter.operation.routing.reconciler import explain
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.conversations.services.customer_side import queue_up
from contactcenter.records.conversations.services.timeline import lock, tell
from tenants.models import Tenant

# For tenants.across: companies in which anything does not agree. Both go by indexes of what is open.
SUSPECT = """
SELECT 1 FROM public.routing_workitem i WHERE i.tenant_id = {tenant} AND i.state IN ('waiting', 'offered', 'active')
    AND NOT EXISTS (
        SELECT 1 FROM {schema}.conversations_conversation c WHERE c.id = i.conversation AND c.state = 'open')
UNION ALL
SELECT 1 FROM {schema}.conversations_conversation c WHERE c.state = 'open' AND NOT EXISTS (
    SELECT 1 FROM public.routing_workitem i WHERE i.tenant_id = {tenant} AND i.conversation = c.id
    AND i.state IN ('waiting', 'offered', 'active'))
"""


def reconcile(*, tenant: Tenant, now: datetime) -> int:
    """In the company's schema. Gives how many repairs it made."""
    open_talks = Conversation.objects.filter(state=Conversation.State.OPEN)
    live = WorkItem.objects.filter(tenant=tenant, state__in=LIVE)
    stray = list(live.exclude(conversation__in=open_talks.values("pk")).values_list("pk", "conversation"))
    forgotten = list(open_talks.exclude(pk__in=live.values("conversation")).values_list("pk", flat=True))
    made = sum(end_item(tenant, item_id, conversation, now) for item_id, conversation in stray)
    return made + sum(queue_again(tenant, conversation, now) for conversation in forgotten)


@transaction.atomic
def end_item(tenant: Tenant, item_id: int, conversation_id: UUID, now: datetime) -> bool:
    """A live work item of a conversation that is closed, or not there."""
    conversation = Conversation.objects.select_for_update().filter(pk=conversation_id).first()
    if conversation is not None and conversation.state == Conversation.State.OPEN:
        return False
    item = routing.abandon(tenant=tenant, conversation=conversation_id, now=now)
    item = item or routing.finish_handling(tenant=tenant, conversation=conversation_id, now=now)
    if item is None or item.pk != item_id:
        return False
    why = "was closed" if conversation else "is not there"
    ended = "its agent wraps it up" if item.state in HELD else "it waits no more"
    explain(
        "item_without_conversation",
        f"A work item was live although its conversation {why}: {ended}.",
        now,
        item=item,
        agent=item.agent_id,
    )
    return True


@transaction.atomic
def queue_again(tenant: Tenant, conversation_id: UUID, now: datetime) -> bool:
    """An open conversation that nobody has and that waits for nobody: it waits again, in the queue it was last in."""
    conversation = lock(tenant, conversation_id)
    items = WorkItem.objects.filter(tenant=tenant, conversation=conversation_id)
    if conversation.state != Conversation.State.OPEN or items.filter(state__in=LIVE).exists():
        return False
    last = items.select_related("queue").order_by("-pk").first()
    queue = last.queue if last else default_queue(tenant, conversation.channel)
    if queue is None:
        return False
    queue_up(tenant=tenant, conversation=conversation, queue=queue, now=now)
    conversation.take_revision()  # it is shown otherwise now, without a new message
    tell(tenant, conversation)
    explain(
        "conversation_without_item",
        "An open conversation waited for nobody: it waits in its queue again, from now on.",
        now,
        item=items.filter(state__in=LIVE).first(),
    )
    return True


def default_queue(tenant: Tenant, channel: str) -> Queue | None:
    active = Queue.objects.filter(tenant=tenant, channel=channel, is_active=True)
    return active.order_by("-is_default", "pk").first()
