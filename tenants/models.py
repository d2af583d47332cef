"""Client companies: who they are, where they are reached, when they are open, how they look."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

SCHEMA_NAME = r"^[a-z][a-z0-9_]{2,40}$"


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
    legal_names = models.JSONField(default=list, blank=True)  # further names and link hosts the wrong-brand guard looks for
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(schema_name__regex=SCHEMA_NAME), name="tenant_schema_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def default_language(self) -> str:
        return str(self.languages[0]) if self.languages else "en"


class Domain(DomainMixin):
    """A host name (without port) of a company. Hosts that stand in no row are refused."""


class OpeningHours(models.Model):
    """One open span of a weekday (Monday 0), in the company's zone; split days have several. `closes` 24:00 is stored as 00:00."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="opening_hours_weekday"),
            models.UniqueConstraint(fields=["tenant", "weekday", "opens"], name="opening_hours_once"),
        ]


class Holiday(models.Model):
    """A date that differs from its weekday: closed, or open once from `opens` to `closes`."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.CharField(max_length=100)
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["tenant", "date"], name="holiday_once")]


class Endpoint(models.Model):
    """One address of a company on a channel. `settings` is read and checked by the channel's gateway."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="endpoints")
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=200)
    settings = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "channel", "address"], name="endpoint_once")]
