"""One model for every channel: a conversation, its numbered messages, and what agents add beside them. Lives in the
company's schema.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contactcenter.lib.ids import uuid7
from contactcenter.records.customers.models import Customer
from contactcenter.records.files.models import StoredFile

USER = settings.AUTH_USER_MODEL


class Disposition(models.Model):
    key = models.SlugField(max_length=40, unique=True)
    label = models.JSONField(default=dict)  # language → label
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "key"]


class Conversation(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class ClosedBy(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        AGENT = "agent", _("Agent")
        SILENCE = "silence", _("Silence")
        COMPANY = "company", _("Company")
        SYSTEM = "system", _("System")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="conversations")
    channel = models.CharField(max_length=20)
    endpoint = models.CharField(max_length=200, blank=True)  # the company's address it came in by
    subject = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5, blank=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    deferred = models.BooleanField(default=False)  # left outside hours or with a full queue: answered later
    page = models.CharField(max_length=500, blank=True)  # where the visitor is
    device = models.CharField(max_length=200, blank=True)
    last_sequence = models.PositiveIntegerField(default=0)
    revision = models.BigIntegerField(default=0)  # highest revision given to a row of this conversation
    customer_read = models.PositiveIntegerField(default=0)  # sequence read up to
    agent_read = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(null=True, blank=True)  # the customer's oldest message not yet answered
    first_reply_at = models.DateTimeField(null=True, blank=True)
    last_reply_at = models.DateTimeField(null=True, blank=True)  # the agents' newest message
    customer_seen_at = models.DateTimeField(null=True, blank=True)  # last message or socket heartbeat of the customer
    customer_missed_at = models.DateTimeField(
        null=True, blank=True
    )  # since when a waiting customer was found to be away
    reminded_at = models.DateTimeField(null=True, blank=True)
    disposition = models.ForeignKey(Disposition, null=True, blank=True, on_delete=models.PROTECT)
    disposition_missing = models.BooleanField(default=False)  # wrap-up ran out: none given
    summary = models.TextField(max_length=2000, blank=True)  # the agent's wrap-up note
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=10, choices=ClosedBy.choices, blank=True)

    class Meta:
        # None on a column that a heartbeat or message writes: those updates then touch no index (HOT).
        indexes = [
            models.Index(fields=["customer", "-created_at"]),
            models.Index(fields=["created_at"], condition=Q(state="open"), name="conversation_open"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(subject__regex=r"[\r\n]"), name="conversation_subject_one_line")
        ]

    def take_number(self) -> None:
        """The next message number and revision. The row stays locked until commit, so number order is commit order."""
        self._count_up("last_sequence = last_sequence + 1, revision = revision + 1")

    def take_revision(self) -> None:
        self._count_up("revision = revision + 1")

    def _count_up(self, assignments: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self._meta.db_table} SET {assignments} WHERE id = %s RETURNING last_sequence, revision",  # noqa: S608
                [self.pk],
            )
            self.last_sequence, self.revision = cursor.fetchone()


class Message(models.Model):
    """`id` is the sender's own: sending the same one again changes nothing. `sequence` counts in a conversation without
    gaps; `revision` is stamped on every change of the row, so that "what is newer than n" is one query.
    """

    class Direction(models.TextChoices):
        IN = "in", _("From the customer")
        OUT = "out", _("To the customer")

    class Author(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        AGENT = "agent", _("Agent")
        COMPANY = "company", _("Company")  # its own systems, by the API
        SYSTEM = "system", _("System")

    class Delivery(models.TextChoices):
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages")
    sequence = models.PositiveIntegerField()
    revision = models.BigIntegerField()
    direction = models.CharField(max_length=3, choices=Direction.choices)
    author = models.CharField(max_length=8, choices=Author.choices)
    user = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(
        max_length=100, blank=True
    )  # as shown: the agent's alias or the customer's name then
    text = models.TextField(blank=True)
    event = models.CharField(
        max_length=40, blank=True
    )  # a system message's key, put in words by each screen in its language
    delivery = models.CharField(max_length=10, choices=Delivery.choices, default=Delivery.SENT)
    created_at = models.DateTimeField()
    redacted_at = models.DateTimeField(null=True, blank=True)
    taken_back = models.BooleanField(default=False)  # redacted by its own author within the minute
    redacted_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["sequence"]
        indexes = [models.Index(fields=["conversation", "revision"])]
        constraints = [models.UniqueConstraint(fields=["conversation", "sequence"], name="message_sequence_once")]


class Attachment(models.Model):
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="attachment")


class Note(models.Model):
    """What staff write beside a conversation. Outside the message sequence: a customer would see the gaps it leaves."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        TRANSFER = "transfer", _("Transfer")
        QUESTION = "question", _("Question")
        ANSWER = "answer", _("Answer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="notes")
    after_sequence = models.PositiveIntegerField()
    revision = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.NOTE)
    author = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answers = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="answered_by")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="question") | Q(to__isnull=False), name="note_question_has_addressee"
            )
        ]


class WrapUp(models.Model):
    """How one agent's handling of a conversation ended. One for each work item; none given in time is a row too."""

    item = models.BigIntegerField(unique=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="wrap_ups")
    user = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    disposition = models.ForeignKey(Disposition, null=True, blank=True, on_delete=models.PROTECT)  # empty: none given
    summary = models.TextField(max_length=2000, blank=True)
    at = models.DateTimeField()


class Draft(models.Model):
    """What an agent has typed and not sent: survives reload, another tab, and a lost network."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=10000)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="draft_once")]


class CannedReply(models.Model):
    """A canned reply, found by `/shortcut`. With an owner it is that agent's own."""

    shortcut = models.SlugField(max_length=40)
    title = models.CharField(max_length=80)
    text = models.JSONField(default=dict)  # language → text; {customer} {agent} {company} are filled in
    owner = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["shortcut"]
        constraints = [
            models.UniqueConstraint(
                fields=["shortcut"], condition=Q(owner=None, is_active=True), name="canned_company_once"
            ),
            models.UniqueConstraint(
                fields=["shortcut", "owner"], condition=Q(is_active=True), name="canned_personal_once"
            ),
        ]


class BrandOverride(models.Model):
    """An agent sent a reply that named another company, and said why."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="brand_override")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    found = models.CharField(max_length=200)  # the words the guard stopped at
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
