"""What a supervisor changes by hand: each one transaction, written down as an Intervention with who and when, and at
once on the desks concerned. An item that the router had set aside is tried again.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.agents import standing
from contactcenter.operation.audit import services as audit
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.routing import spans
from contactcenter.operation.routing.entering import skills_of
from contactcenter.operation.routing.errors import BadPriority, NoSuchTarget, NotAllowed, NotWaiting
from contactcenter.operation.routing.giving_back import end_offer, put_back
from contactcenter.operation.routing.leaving import colleague_for, queue_for
from contactcenter.operation.routing.locks import lock_item
from contactcenter.operation.routing.models import LIVE, UNANSWERED, Intervention, Offer, WorkItem
from contactcenter.operation.routing.news import save, tell_agent, tell_places

LEAST, MOST = -2, 2
ACTIONS = {
    Intervention.Kind.MOVED: Action.ITEM_MOVED,
    Intervention.Kind.REASSIGNED: Action.ITEM_REASSIGNED,
    Intervention.Kind.REPRIORITISED: Action.ITEM_REPRIORITISED,
}
STEERED = (
    "queue",
    "required_skills",
    "only_agent",
    "return_to",
    "preferred_until",
    "not_before",
    "set_aside",
    "failures",
)


@transaction.atomic
def move(*, item_id: int, queue_id: int, by: User, now: datetime) -> WorkItem:
    """To another queue of the same company, with its age; from an agent's hands, at the head. Raises NotAllowed,
    NotWaiting, NoSuchTarget.
    """
    item = steered(item_id, by)
    queue = queue_for(item, queue_id)
    if queue.pk == item.queue_id:
        raise NoSuchTarget(queue_id)
    before = item.queue_id
    tell_places(item, own=False)  # those it stood before
    free(item, now)
    item.queue, item.required_skills = queue, skills_of(queue)
    item.only_agent = item.return_to = item.preferred_until = None
    try_again(item)
    save(item, *STEERED)
    tell_places(item)
    note(Intervention.Kind.MOVED, item, by, now, before=before, after=queue.pk)
    return item


@transaction.atomic
def reassign(*, item_id: int, agent_id: int, by: User, now: datetime) -> WorkItem:
    """For one agent alone, for at most a minute, as after a transfer; also out of another's hands, then at the head.
    Work held back until later is for now. Raises NotAllowed, NotWaiting, NoSuchTarget.
    """
    item = steered(item_id, by)
    colleague = colleague_for(item, agent_id)
    before = free(item, now)
    item.only_agent, item.return_to = colleague, None
    if item.not_before is not None and item.not_before > now:
        item.not_before = now
    item.queued_at = now
    try_again(item)
    save(item, *STEERED, "queued_at")
    note(Intervention.Kind.REASSIGNED, item, by, now, before=before, after=agent_id)
    return item


@transaction.atomic
def reprioritise(*, item_id: int, priority: int, by: User, now: datetime) -> WorkItem:
    """From -2 to 2, of an item nobody has answered yet. Raises NotAllowed, BadPriority, NotWaiting."""
    if not LEAST <= priority <= MOST:
        raise BadPriority(priority)
    item = steered(item_id, by)
    if item.state not in UNANSWERED:
        raise NotWaiting(item_id)
    before = item.priority
    if before == priority:
        return item
    tell_places(item, own=False)  # those it stood before until now, then those it stands before from now on
    item.priority = priority
    try_again(item)
    save(item, "priority", *STEERED)
    tell_places(item)
    note(Intervention.Kind.REPRIORITISED, item, by, now, before=before, after=priority)
    return item


def steered(item_id: int, by: User) -> WorkItem:
    check_steers(by)
    item = lock_item(item_id)
    if item is None or item.state not in LIVE:
        raise NotWaiting(item_id)
    return item


def check_steers(by: User) -> None:
    """As it stands now, not as it stood when the page was opened. Raises NotAllowed."""
    if not User.objects.filter(pk=by.pk, is_active=True, role__in=[Role.SUPERVISOR, Role.ADMIN]).exists():
        raise NotAllowed(by.pk)


def free(item: WorkItem, now: datetime) -> int | None:
    """It waits again, with its age: taken back from where it rings, or, then at the head, out of an agent's hands, and
    its customer is told. Gives the agent.
    """
    agent_id = item.agent_id
    if item.state == WorkItem.State.OFFERED:
        agent_id = Offer.objects.filter(item=item, state=Offer.State.OPEN).values_list("agent", flat=True).get()
        end_offer(item, agent_id, Offer.State.WITHDRAWN, now)
        put_back(item, now)
    elif agent_id is None:
        return None
    else:
        put_back(item, now, front=True)
        spans.end(item, now)
        spans.end_focus(item, now)
        outbox.handle(name="agent.left", schema=item.tenant.schema_name, object_id=str(item.pk))
    tell_agent(item, agent_id, standing.settle(standing.lock(agent_id), now=now, load=-1))
    return agent_id


def try_again(item: WorkItem) -> None:
    if item.set_aside:
        item.required_skills = skills_of(item.queue)
        item.set_aside, item.failures = "", 0


def note(kind: Intervention.Kind, item: WorkItem, by: User, now: datetime, *, before: int | None, after: int) -> None:
    Intervention.objects.create(
        kind=kind, item=item, by=by, before="" if before is None else str(before), after=str(after), at=now
    )
    audit.record(
        action=ACTIONS[kind],
        tenant=item.tenant,
        actor=by,
        object_kind=ObjectKind.ITEM,
        object_id=item.pk,
        now=now,
        facts={"conversation": str(item.conversation), "before": before, "after": after},
    )
