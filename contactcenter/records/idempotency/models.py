"""What the API answered, kept so that a request that is sent again is answered alike and done once. Lives in the
company's schema.
"""

from __future__ import annotations

from django.db import models


class Answer(models.Model):
    key = models.CharField(max_length=255)
    route = models.CharField(max_length=300)  # method and path
    digest = models.CharField(max_length=64)  # of what was asked
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # empty within the transaction of the first alone
    sealed = models.TextField(blank=True)  # the body: it may hold a secret that is shown once
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["created_at"])]
        constraints = [models.UniqueConstraint(fields=["key", "route"], name="answer_key_once_a_route")]
