"""Who did what to which object, for the company concerned and for the BPO itself. Appended to, never changed:
PostgreSQL refuses that (migration 0001), and each entry's digest covers the one before it.
"""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """`tenant` is the company concerned; the BPO's own entries stand with the shared host's row. `facts` holds ids and
    the names of fields, never what a customer is called or wrote.
    """

    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()  # counts from 1 in each company
    at = models.DateTimeField()
    actor = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=40)  # an `Action`
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)  # chain.digest

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "sequence"], name="audit_entry_in_its_place")]
        indexes = [
            models.Index(fields=["tenant", "at"]),
            models.Index(fields=["tenant", "object_id", "action", "actor", "at"], name="audit_entry_of_object"),
        ]


class Head(models.Model):
    """The last entry of a company's chain. Its row is the lock that numbers the next."""

    tenant = models.OneToOneField("tenants.Tenant", on_delete=models.PROTECT, primary_key=True, related_name="+")
    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")
