"""How much the visitors of a company may upload in a day, one of them and all together. Counted from the stored files
themselves: what is not kept does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from contactcenter.records.files.models import StoredFile
from contactcenter.records.files.sniff import FileRefused


@dataclass(frozen=True, kw_only=True)
class Quota:
    """Sizes are bytes. `talks` are the visitor's conversations, `since` is when the day began."""

    talks: QuerySet[Any, UUID]
    since: datetime
    files: int
    size: int
    size_of_all: int

    def refuse_beyond(self, size: int) -> None:
        """One file more, of this size. Raises FileRefused: quota (the visitor's), quota_of_all."""
        own = Q(conversation__in=self.talks)
        today = StoredFile.objects.filter(uploaded_by=None, created_at__gte=self.since).aggregate(
            number=Count("pk", filter=own), own=Sum("size", filter=own, default=0), all=Sum("size", default=0)
        )
        if today["number"] >= self.files or today["own"] + size > self.size:
            raise FileRefused("quota")
        if today["all"] + size > self.size_of_all:
            raise FileRefused("quota_of_all")


def one_at_a_time() -> None:
    """Until commit no other upload of a visitor of this company is counted: two at once cannot both be the last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' visitor files', 0))")
