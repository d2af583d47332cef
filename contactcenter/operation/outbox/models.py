"""What a transaction did and somebody must be told: ids only. A row is deleted once told."""

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """`push` goes through the relay to one Channels group, named by `lib.groups`; `handle` runs the Celery task that an
    upper room registered for `name`, which deletes the row in the transaction of its own work.

    Times are the database's own: the clocks of the machines that write and read need not agree.
    """

    class Kind(models.TextChoices):
        PUSH = "push"
        HANDLE = "handle"

    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=40)  # noun.past_verb
    group = models.CharField(max_length=160, blank=True)
    schema = models.CharField(max_length=63, blank=True)  # the company's; empty for what belongs to none
    object_id = models.CharField(max_length=40)
    revision = models.BigIntegerField(default=0)
    request_id = models.CharField(max_length=36, blank=True, default="", db_default="")  # what set it going, for logs
    created_at = models.DateTimeField(db_default=Now())
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["schema", "id"])]
