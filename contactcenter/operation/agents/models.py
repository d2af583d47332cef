"""Agents: what they can do, for whom, how much at once, and every second of where they were."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _


class Presence(models.TextChoices):
    """Chosen by the agent, but for not responding, which an unanswered offer sets."""

    AVAILABLE = "available", _("Available")
    BREAK = "break", _("Break")
    NOT_RESPONDING = "not_responding", _("Not responding")
    OFFLINE = "offline", _("Offline")


class Activity(models.TextChoices):
    """Derived from the agent's work items."""

    IDLE = "idle", _("Idle")
    ON_WORK = "on_work", _("On work")
    WRAP_UP = "wrap_up", _("Wrap-up")


class Skill(models.Model):
    class Kind(models.TextChoices):
        LANGUAGE = "language", _("Language")
        TOPIC = "topic", _("Topic")

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TOPIC)
    key = models.SlugField(max_length=40, unique=True)  # a language's key is its code
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class BreakReason(models.Model):
    key = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]


class Agent(models.Model):
    """Works for the BPO and serves the companies in `tenants`. `alias` is the name customers and companies see."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="agent")
    alias = models.CharField(max_length=40)
    tenants = models.ManyToManyField("tenants.Tenant", related_name="agents", blank=True)
    skills: models.ManyToManyField[Skill, AgentSkill] = models.ManyToManyField(Skill, through="AgentSkill")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.alias


class AgentSkill(models.Model):
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="agent_skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT)
    level = models.PositiveSmallIntegerField(default=3)  # 1 to 5

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "skill"], name="agent_skill_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="agent_skill_level"),
        ]


class Capacity(models.Model):
    """How much an agent may hold at once and holds now. The one row every claim of the agent's time is guarded by.

    `version` rises with every change of presence, rights, skill or load; it is also the revision of the agent's desk
    stream.
    """

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, primary_key=True, related_name="capacity")
    chat_limit = models.PositiveSmallIntegerField(default=3)
    chat_used = models.PositiveSmallIntegerField(default=0)
    idle_since = models.DateTimeField(null=True, blank=True)  # work last came or went, or the agent came back
    version = models.BigIntegerField(default=0)


class PresenceSpan(models.Model):
    """A stretch of time in which an agent's presence and activity did not change. From the first on, an agent's rows
    have no gap and no overlap.
    """

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="presence_spans")
    presence = models.CharField(max_length=16, choices=Presence.choices)
    reason = models.ForeignKey(BreakReason, null=True, blank=True, on_delete=models.PROTECT)
    activity = models.CharField(max_length=8, choices=Activity.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["agent", "started_at"])]
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=Q(ended_at=None), name="presence_span_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="presence_span_forward"
            ),
            # Without btree_gist a plain equality cannot join a gist exclusion: the agent goes in as a range of one.
            ExclusionConstraint(
                name="presence_span_no_overlap",
                expressions=[
                    (Func(F("agent"), F("agent"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func(F("started_at"), F("ended_at"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class DeskSocket(models.Model):
    """A desk socket that a web process holds open. Lost when not seen for 30 s; nothing waits for its disconnect. Gone
    with the session it was opened with, of which `session` is a keyed hash. `closed_at`: where the end was seen.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="sockets")
    key = models.UUIDField(unique=True)
    session = models.CharField(max_length=32, blank=True, default="", db_index=True)
    process = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    closed_at = models.DateTimeField(null=True, blank=True)


class WebProcess(models.Model):
    """A web process that hears desks. While none was seen lately, silence says nothing about any agent. `figures`: how
    many sockets of each kind it holds, and how its connections to the database are used.
    """

    name = models.CharField(max_length=64, unique=True)
    figures = models.JSONField(default=dict, db_default=Value({}, output_field=models.JSONField()))
    seen_at = models.DateTimeField(db_index=True)
