"""What agents choose, and whether their desks are alive."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from contactcenter.lib import groups
from contactcenter.lib.text import clean_line
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents import standing
from contactcenter.operation.agents.models import Agent, BreakReason, DeskSocket, Presence, PresenceSpan, WebProcess
from contactcenter.operation.audit import services as audit
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.routing import spans
from contactcenter.operation.routing.giving_back import withdraw_offers
from contactcenter.operation.routing.leaving import leave_behind
from contactcenter.operation.routing.models import Intervention, Offer, WorkItem
from contactcenter.operation.routing.news import tell_agent
from contactcenter.operation.routing.steering import check_steers

LOST_AFTER = timedelta(seconds=30)
WEB_AWAY_AFTER = timedelta(seconds=15)  # a web process tells of itself every 5 s
CHOSEN = (Presence.AVAILABLE, Presence.BREAK, Presence.OFFLINE)
# What a supervisor may set, and from where.
FORCED = {
    Presence.AVAILABLE: (Presence.NOT_RESPONDING,),
    Presence.BREAK: (Presence.AVAILABLE, Presence.NOT_RESPONDING),
    Presence.OFFLINE: (Presence.AVAILABLE, Presence.BREAK, Presence.NOT_RESPONDING),
}
REASON_LIMIT = 200
DESKS_AT_ONCE = 5  # of one agent


class UnknownReason(ValueError):
    """A break for a reason that is not on the list."""

    code = "not_chosen"
    field = "reason"


class ReasonMissing(ValueError):
    """The agent is told why: in 200 characters at most."""

    code = "reason_missing"
    field = "reason"


class NotFromHere(ValueError):
    """As the agent stands now, a supervisor does not set this."""

    code = "not_from_here"
    field = "presence"


@transaction.atomic
def set_presence(*, agent_id: int, presence: str, reason: str | None = None, now: datetime) -> None:
    """What the agent chose. Anything but available takes back what rings; what is in hand stays in hand. The same again
    changes nothing. `reason` is the key of a break's reason. Raises UnknownReason.
    """
    chosen = Presence(presence)
    if chosen not in CHOSEN:
        raise ValueError(f"{presence} cannot be chosen")
    why = reason_of(reason) if chosen == Presence.BREAK and reason else None
    capacity = standing.lock(agent_id)
    span = standing.open_span(agent_id)
    if (span.presence, span.reason_id) == (chosen, why.pk if why else None) if span else chosen == Presence.OFFLINE:
        return
    withdrawn = [] if chosen == Presence.AVAILABLE else withdraw_offers(agent_id=agent_id, now=now)
    if chosen == Presence.OFFLINE:
        spans.end_focus_of_agent(agent_id, now)
    version = standing.settle(capacity, now=now, load=-len(withdrawn), presence=chosen, reason=why)
    for item in withdrawn:
        tell_agent(item, agent_id, version)


@transaction.atomic
def force_presence(*, agent_id: int, presence: str, reason: str, by: User, now: datetime) -> Intervention:
    """A supervisor sends somebody on a break or offline, or lifts a not responding; nobody is made available out of a
    break. The desk says who did it and why. Raises NotAllowed, ReasonMissing, NotFromHere.
    """
    check_steers(by)
    why = clean_line(reason, REASON_LIMIT + 1)
    if not why or len(why) > REASON_LIMIT:
        raise ReasonMissing(agent_id)
    capacity = standing.lock(agent_id)
    before = standing.presence_of(agent_id)
    if presence not in FORCED or before not in FORCED[Presence(presence)]:
        raise NotFromHere(presence)
    set_presence(agent_id=agent_id, presence=presence, now=now)
    done = Intervention.objects.create(
        kind=Intervention.Kind.PRESENCE,
        agent_id=agent_id,
        by=by,
        before=before,
        after=presence,
        reason=why,
        at=now,
    )
    audit.record(
        action=Action.PRESENCE_FORCED,
        tenant=None,
        actor=by,
        object_kind=ObjectKind.AGENT,
        object_id=agent_id,
        now=now,
        facts={"before": before, "after": presence},
    )
    outbox.push(name="presence.forced", group=groups.agent(capacity.agent_id), object_id=str(done.pk))
    return done


def reason_of(key: str) -> BreakReason:
    reason = BreakReason.objects.filter(key=key, is_active=True).first()
    if reason is None:
        raise UnknownReason(key)
    return reason


@transaction.atomic
def refresh_activity(*, agent_id: int, now: datetime) -> bool:
    """Derives the activity again from the work items. Says whether it had been wrong."""
    capacity = standing.lock(agent_id)
    if not standing.move(agent_id=agent_id, now=now):
        return False
    standing.settle(capacity, now=now)
    return True


@transaction.atomic
def rights_changed(*, agent_id: int, now: datetime) -> None:
    """Call in the transaction that changed an agent's skills, pools, companies or limits: the router decides anew."""
    standing.settle(standing.lock(agent_id), now=now)


@transaction.atomic
def open_socket(*, agent_id: int, key: UUID, session: str, process: str, now: datetime) -> None:
    """`session`: the mark of the session it was opened with. Where the agent has too many now, the oldest go."""
    DeskSocket.objects.create(agent_id=agent_id, key=key, session=session, process=process, opened_at=now, seen_at=now)
    if open_desks(agent_id, now).count() > DESKS_AT_ONCE:
        outbox.push(name="desk.opened", group=groups.agent(agent_id), object_id=str(agent_id))


def is_crowded_out(*, agent_id: int, key: UUID, now: datetime) -> bool:
    """As many newer desks of this agent are open as one may have. A window that was forgotten somewhere goes, not the
    one the agent has just come to.
    """
    mine = DeskSocket.objects.filter(key=key).first()
    if mine is None:
        return False
    newer = Q(opened_at__gt=mine.opened_at) | Q(opened_at=mine.opened_at, pk__gt=mine.pk)
    return open_desks(agent_id, now).filter(newer).count() >= DESKS_AT_ONCE


def open_desks(agent_id: int, now: datetime) -> QuerySet[DeskSocket]:
    return seen_sockets(now).filter(agent=agent_id, closed_at=None)


def web_was_away(*, now: datetime) -> bool:
    """No desk could be heard lately, for there was no web process to hear it. False where there never was one."""
    last = WebProcess.objects.aggregate(seen_at=Max("seen_at"))["seen_at"]
    return last is not None and now - last > WEB_AWAY_AFTER


def see_sockets(
    *, process: str, keys: Collection[UUID], now: datetime, figures: Mapping[str, Mapping[str, int]] | None = None
) -> None:
    """The web process itself and the heartbeats it heard, told together."""
    WebProcess.objects.bulk_create(
        [WebProcess(name=process, seen_at=now, figures=figures or {})],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["seen_at", "figures"],
    )
    DeskSocket.objects.filter(key__in=keys).update(seen_at=now)


def close_socket(*, key: UUID, now: datetime) -> None:
    """The row stays: the agent may be reloading the page, and has the same grace as after a cut line."""
    DeskSocket.objects.filter(key=key).update(seen_at=now, closed_at=now)


@transaction.atomic
def end_session(*, session: str, now: datetime) -> None:
    """Signed out, or refused: its desks have no grace, and an agent who has no other is gone at once. A conversation
    that is just changing is left to the leader's next look.
    """
    ended = DeskSocket.objects.filter(session=session)
    agents = sorted(set(ended.values_list("agent", flat=True)))
    ended.delete()
    for agent_id in agents:
        if not seen_sockets(now).filter(agent=agent_id).exists():
            leave_behind(agent_id=agent_id, now=now)


def renew_session(*, before: str, after: str) -> None:
    """The same person in the same browser, by another key: their desks keep the grace."""
    DeskSocket.objects.filter(session=before).update(session=after)


def seen_sockets(now: datetime) -> QuerySet[DeskSocket]:
    return DeskSocket.objects.filter(seen_at__gt=now - LOST_AFTER)


def lost_agents(*, now: datetime) -> list[int]:
    """Agents who are signed in, or hold or ring work, and whose desk nobody has seen for the grace; or who may not work
    any more.
    """
    held = WorkItem.objects.filter(agent=OuterRef("pk"), state=WorkItem.State.ACTIVE)
    ringing = Offer.objects.filter(agent=OuterRef("pk"), state=Offer.State.OPEN)
    signed_in = PresenceSpan.objects.filter(agent=OuterRef("pk"), ended_at=None).exclude(presence=Presence.OFFLINE)
    gone = ~Exists(seen_sockets(now).filter(agent=OuterRef("pk"))) | Q(is_active=False) | Q(user__is_active=False)
    lost = Agent.objects.filter(gone, Q(Exists(signed_in)) | Q(Exists(held)) | Q(Exists(ringing)))
    return list(lost.order_by("pk").values_list("pk", flat=True))
