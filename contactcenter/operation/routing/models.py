"""Work that a person must do: where it waits, to whom it was offered, who holds it. Ids only; content lives in the
company's schema.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contactcenter.operation.agents.models import Agent, Skill


class Pool(models.Model):
    """The agents that serve a set of queues."""

    class Kind(models.TextChoices):
        SHARED = "shared", _("Shared")
        DEDICATED = "dedicated", _("Dedicated")
        MIXED = "mixed", _("Mixed")

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SHARED)
    agents = models.ManyToManyField(Agent, related_name="pools", blank=True)

    def __str__(self) -> str:
        return self.name


class Queue(models.Model):
    """Where one company's work of a kind waits. Times are seconds. The contract asks for a service level: so many
    percent answered within so many seconds.
    """

    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.PROTECT, related_name="queues")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="queues")
    channel = models.CharField(max_length=20, default="chat")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    names = models.JSONField(default=dict, blank=True)  # language → name shown to visitors in the pre-chat form
    offer_seconds = models.PositiveSmallIntegerField(default=20)
    wrap_up_seconds = models.PositiveSmallIntegerField(default=60)
    first_reply_seconds = models.PositiveSmallIntegerField(default=30)
    next_reply_seconds = models.PositiveSmallIntegerField(default=60)
    answer_within_seconds = models.PositiveSmallIntegerField(default=20)
    answer_target_percent = models.PositiveSmallIntegerField(default=80)
    max_waiting = models.PositiveSmallIntegerField(default=20)
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="queue_key_once"),
            models.UniqueConstraint(
                fields=["tenant", "channel"], condition=Q(is_default=True), name="queue_one_default_a_channel"
            ),
            models.CheckConstraint(
                condition=Q(answer_target_percent__gte=1, answer_target_percent__lte=100), name="queue_target_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class QueueSkill(models.Model):
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="required_skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT)
    level = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "skill"], name="queue_skill_once")]


class WorkItem(models.Model):
    """One handling segment of a conversation. A transfer ends it and makes a new one that inherits `entered_at`; a
    ring-no-answer and a lost agent put the same one back. Who owns a conversation stands only here.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        OFFERED = "offered", _("Ringing")
        ACTIVE = "active", _("Active")
        WRAP_UP = "wrap_up", _("Wrap-up")
        CLOSED = "closed", _("Closed")

    class Outcome(models.TextChoices):
        HANDLED = "handled", _("Handled")
        TRANSFERRED = "transferred", _("Transferred")
        ABANDONED = "abandoned", _("Abandoned")

    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.PROTECT, related_name="work_items")
    conversation = models.UUIDField()
    channel = models.CharField(max_length=20)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="work_items")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    language = models.CharField(max_length=5, blank=True)
    required_skills = models.JSONField(default=dict, blank=True)  # skill id → least level, fixed when queued
    priority = models.SmallIntegerField(default=0)
    front = models.BooleanField(default=False)  # given back by a lost agent: before all others of its queue
    entered_at = models.DateTimeField()  # the customer's wait counts from here, across transfers
    queued_at = models.DateTimeField()  # the last time it came to this queue
    not_before = models.DateTimeField(null=True, blank=True)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="next")
    preferred_agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    preferred_until = models.DateTimeField(null=True, blank=True)  # from then on anybody may have it
    only_agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    return_to = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The colleague a warm transfer was meant for, who did not take it: so it came back.
    refused_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="work_items")
    accepted_at = models.DateTimeField(null=True, blank=True)
    wrap_up_until = models.DateTimeField(null=True, blank=True)
    wrap_up_extended = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)  # the customer's side ended: wrap-up starts
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    bounces = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    set_aside = models.CharField(max_length=200, blank=True)  # why the router leaves it alone
    revision = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["queue", "state", "queued_at"]),
            models.Index(fields=["agent", "state"]),
            models.Index(fields=["tenant", "conversation"]),
            models.Index(fields=["tenant", "entered_at"], name="work_item_of_a_day"),
            models.Index(
                fields=["tenant", "not_before"], condition=Q(not_before__isnull=False), name="work_item_held_to_a_day"
            ),
            models.Index(
                fields=["state"],
                condition=Q(state__in=["waiting", "offered", "active", "wrap_up"]),
                name="work_item_not_closed",
            ),
            models.Index(fields=["wrap_up_until"], condition=Q(state="wrap_up"), name="work_item_wrap_up_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "conversation"],
                condition=Q(state__in=["waiting", "offered", "active"]),
                name="work_item_one_live_a_conversation",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "wrap_up"], agent__isnull=False)
                | Q(state__in=["waiting", "offered"], agent__isnull=True)
                | Q(state="closed"),
                name="work_item_agent_while_held",
            ),
        ]


UNANSWERED = (WorkItem.State.WAITING, WorkItem.State.OFFERED)
LIVE = (*UNANSWERED, WorkItem.State.ACTIVE)  # somebody is, or will be, there for the customer
HELD = (WorkItem.State.ACTIVE, WorkItem.State.WRAP_UP)  # by an agent, of whom it takes a slot


class Offer(models.Model):
    """A work item shown to one agent until a time."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        RONA = "rona", _("No answer")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="offers")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="offers")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["agent", "state"]),
            models.Index(fields=["expires_at"], condition=Q(state="open"), name="offer_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(state="open"), name="offer_one_open_an_item"),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="offer_ended",
            ),
        ]


class ItemSpan(models.Model):
    """A stretch in which one agent handled or wrapped up one item."""

    class Kind(models.TextChoices):
        HANDLING = "handling", _("Handling")
        WRAP_UP = "wrap_up", _("Wrap-up")

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="spans")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="item_spans")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(ended_at=None), name="item_span_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="item_span_forward"
            ),
        ]


class FocusSpan(models.Model):
    """A stretch in which an agent had one item in front on the desk. The ledger splits parallel work by it."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="focus_spans")
    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="focus_spans")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=Q(ended_at=None), name="focus_span_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="focus_span_forward"
            ),
        ]


class Repair(models.Model):
    """What the reconciler found wrong and mended, in words a supervisor understands."""

    item = models.ForeignKey(WorkItem, null=True, blank=True, on_delete=models.PROTECT, related_name="repairs")
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="repairs")
    kind = models.CharField(max_length=40)
    explanation = models.CharField(max_length=300)
    at = models.DateTimeField(db_index=True)


class Intervention(models.Model):
    """What a supervisor changed by hand: of a work item, or of an agent's presence. `before` and `after` are ids of
    queues or agents, priorities, or presences; of no customer does anything stand here.
    """

    class Kind(models.TextChoices):
        MOVED = "moved", _("Moved to another queue")
        REASSIGNED = "reassigned", _("Given to an agent")
        REPRIORITISED = "reprioritised", _("Priority changed")
        PRESENCE = "presence", _("Presence set")

    kind = models.CharField(max_length=14, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(WorkItem, null=True, blank=True, on_delete=models.PROTECT, related_name="interventions")
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="interventions")
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20)
    reason = models.CharField(max_length=200, blank=True)  # told to the agent whose presence was set
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="presence", item=None, agent__isnull=False)
                | ~Q(kind="presence") & Q(item__isnull=False),
                name="intervention_of_item_or_agent",
            )
        ]
