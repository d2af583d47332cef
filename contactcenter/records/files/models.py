"""Stored files of one company: random names on disk, type sniffed from the bytes, served only after authorisation."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from contactcenter.lib.ids import uuid7


class StoredFile(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    path = models.CharField(max_length=100, unique=True)  # below DATA_DIR/files/<schema>/: <ab>/<random>
    name = models.CharField(max_length=120)  # the sender's, made safe; for display and download only
    type = models.CharField(max_length=100)  # sniffed, never the sender's word
    size = models.PositiveIntegerField()  # bytes
    conversation = models.UUIDField(db_index=True)  # whoever may read this conversation may read the file
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # empty: the customer
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["created_at"], condition=Q(uploaded_by=None), name="stored_file_of_customers")]
