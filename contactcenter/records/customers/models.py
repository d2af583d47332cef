"""People and companies who contact a client company, and how they are recognised. Lives in the company's schema."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contactcenter.lib.ids import uuid7


class Customer(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, blank=True)
    name_key = models.CharField(max_length=100, blank=True, db_index=True)  # without accents: lib.text.search_key
    language = models.CharField(max_length=5, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name__regex=r"[\r\n]"), name="customer_name_one_line")]

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """One way a customer is recognised. Only a verified one may join two talks of one person."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("Mail")
        PHONE = "phone", _("Phone")
        SITE = "site", _("Account on the website")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=254)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"], condition=Q(verified_at__isnull=False), name="identity_verified_once"
            ),
            models.UniqueConstraint(fields=["customer", "kind", "value"], name="identity_once_a_customer"),
        ]


class VisitorToken(models.Model):
    """Lets one browser speak as one customer: 256 random bits, of which only the SHA-256 is kept."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


class Block(models.Model):
    """An abusive customer is kept out until lifted."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="blocks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(lifted_at=None), name="block_one_in_force")
        ]
