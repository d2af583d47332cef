"""Screens on the wall: each has an address of its own, which is its key."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Wallboard(models.Model):
    """Of one company, or of all. The token stands in the screen's address only; here, its sha256."""

    name = models.CharField(max_length=60)
    tenant = models.ForeignKey("tenants.Tenant", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="wallboard_forward"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="wallboard_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name
