"""Notes on the wall: what supervisors tell agents, for as long as it is true."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

TEXT_LIMIT = 500


class Notice(models.Model):
    """For the agents who serve a queue, for those of a company, or, with neither, for all."""

    class Level(models.TextChoices):
        INFO = "info", _("Information")
        WARNING = "warning", _("Warning")

    text = models.CharField(max_length=TEXT_LIMIT)
    level = models.CharField(max_length=8, choices=Level.choices, default=Level.INFO)
    tenant = models.ForeignKey("tenants.Tenant", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    queue = models.ForeignKey("routing.Queue", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # who took it down before its time

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gte=F("posted_at")), name="notice_forward"),
            models.CheckConstraint(condition=Q(queue=None) | Q(tenant__isnull=False), name="notice_queue_of_company"),
        ]
