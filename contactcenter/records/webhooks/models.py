"""Addresses that a company wants told what happens, and each telling until it arrived. In the company's schema."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contactcenter.lib.ids import uuid7


class Webhook(models.Model):
    class Event(models.TextChoices):
        CONVERSATION_STARTED = "conversation.started", _("A conversation has started")
        CONVERSATION_REOPENED = "conversation.reopened", _("A conversation is open again")
        CONVERSATION_CLOSED = "conversation.closed", _("A conversation has ended")
        MESSAGE_RECEIVED = "message.received", _("A customer has written")
        MESSAGE_SENT = "message.sent", _("A customer was written to")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=40, choices=Event.choices))
    is_active = models.BooleanField(default=True)  # what happens while it is not is not told later
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # rounds in a row in which nothing arrived
    resting_until = models.DateTimeField(null=True, blank=True)
    worked_on_until = models.DateTimeField(null=True, blank=True)  # one sender at a time, which keeps the order

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(events__len__gt=0), name="webhook_has_events")]

    def __str__(self) -> str:
        return str(self.pk)


class Secret(models.Model):
    """Signs what the webhook sends. Two are valid for a while after a change: the receiver need not change at once."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="secrets")
    sealed = models.TextField()  # lib.sealing
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["webhook"], condition=Q(ends_at=None), name="webhook_secret_one_lasting")
        ]


class Delivery(models.Model):
    """One event on its way to one webhook. What people wrote is not in `payload`: it is read when it is sent, so that
    what was redacted meanwhile is not told.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        DEAD = "dead", _("Given up")
        DISCARDED = "discarded", _("Discarded")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    event = models.CharField(max_length=40, choices=Webhook.Event.choices)
    conversation = models.UUIDField()
    revision = models.BigIntegerField()  # the conversation's, by which its deliveries are in order
    message = models.UUIDField(null=True, blank=True)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_since = models.DateTimeField()  # tries end 72 h after it
    next_try_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # the receiver's last answer
    error = models.CharField(max_length=500, blank=True)  # why the last try failed
    ended_at = models.DateTimeField(null=True, blank=True)  # delivered, given up or discarded
    reason = models.CharField(max_length=200, blank=True)  # why it was discarded

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["webhook", "next_try_at"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(
                fields=["webhook", "conversation", "revision"], condition=Q(state="pending"), name="delivery_lane"
            ),
            models.Index(fields=["webhook", "state", "id"], name="delivery_listed"),
            models.Index(fields=["ended_at"], name="delivery_ended"),
        ]
