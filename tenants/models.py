"""Client companies: who they are, where they are reached, when they are open, how they look."""

from __future__ import annotations

from datetime import time
from typing import ClassVar, Never

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from tenants.door import SHARED_SCHEMA
from tenants.names import SCHEMA_NAME


class TenantManager(models.Manager["Tenant"]):
    """The client companies: without the row of the shared host."""

    def get_queryset(self) -> models.QuerySet[Tenant]:
        return super().get_queryset().exclude(schema_name=SHARED_SCHEMA)


class Tenant(TenantMixin):
    """A client company. The row of the shared host ("public") is one too: made by migration and hidden from lists."""

    class Contract(models.TextChoices):
        SHARED = "shared", _("Shared agents")
        DEDICATED = "dedicated", _("Dedicated agents")
        MIXED = "mixed", _("Dedicated first, shared on overflow")

    auto_create_schema = False  # tenants.services.create_tenant makes the schema and undoes it whole on failure
    auto_drop_schema = False

    name = models.CharField(max_length=100, unique=True)
    monogram = models.CharField(max_length=2)
    colour = models.CharField(max_length=7, validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    logo = models.BinaryField(null=True, blank=True)
    logo_type = models.CharField(max_length=40, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    languages = models.JSONField(default=list)  # codes, the first is the default
    greeting = models.JSONField(default=dict, blank=True)  # language → phrase; {agent} and {company} are filled in
    contract = models.CharField(max_length=10, choices=Contract.choices, default=Contract.SHARED)
    legal_names = models.JSONField(default=list, blank=True)  # further names and link hosts, for the wrong-brand guard
    is_active = models.BooleanField(default=True)
    fenced_at = models.DateTimeField(null=True, blank=True, editable=False)  # its migration failed: nobody is let in
    is_served = models.GeneratedField(
        expression=models.Q(is_active=True, fenced_at=None),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[TenantManager] = TenantManager()
    with_shared: ClassVar[models.Manager[Tenant]] = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(schema_name__regex=SCHEMA_NAME), name="tenant_schema_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def default_language(self) -> str:
        return str(self.languages[0]) if self.languages else "en"

    def __enter__(self) -> Never:
        """django-tenants keeps what `with tenant:` entered in one list for all threads."""
        raise TypeError("enter a company's schema by tenants.door")

    def activate(self) -> Never:
        raise TypeError("enter a company's schema by tenants.door")


def served_schemas() -> list[str]:
    """Of the companies whose work is done now: neither deactivated nor fenced."""
    return list(Tenant.objects.filter(is_served=True).values_list("schema_name", flat=True))


class Domain(DomainMixin):
    """A host name (without port) of a company. Hosts that stand in no row are refused."""


class OpeningHours(models.Model):
    """One open span of a weekday (Monday 0) in the company's zone; split days have several. It may close at 00:00, the
    end of the day."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="opening_hours_weekday"),
            models.CheckConstraint(
                condition=models.Q(closes=time(0)) | models.Q(closes__gt=models.F("opens")),
                name="opening_hours_forward",
            ),
            models.UniqueConstraint(fields=["tenant", "weekday", "opens"], name="opening_hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Holiday(models.Model):
    """A date that differs from its weekday: closed, or open once from `opens` to `closes`."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.CharField(max_length=100)
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "date"], name="holiday_once"),
            models.CheckConstraint(
                condition=models.Q(opens=None, closes=None)
                | models.Q(opens__isnull=False, closes__isnull=False, closes=time(0))
                | models.Q(opens__isnull=False, closes__isnull=False, closes__gt=models.F("opens")),
                name="holiday_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class Endpoint(models.Model):
    """One address of a company on a channel. `settings` is read and checked by the channel's gateway."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="endpoints")
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=200)
    settings = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "channel", "address"], name="endpoint_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.address}"


class SchemaMigration(models.Model):
    """How the last migration of one schema went. What it has is recorded in the schema itself."""

    class Status(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    schema = models.CharField(max_length=63, primary_key=True)
    status = models.CharField(max_length=7, choices=Status.choices)
    target = models.CharField(max_length=500)  # the newest migration of each app
    error = models.CharField(max_length=500, blank=True)  # what kind and where, never a row's words
    tries = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.schema} {self.status}"
