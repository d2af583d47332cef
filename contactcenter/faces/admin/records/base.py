"""What lists and forms of one company's records have in common. What is said about a saved row names none of it:
messages wait in the session, which is shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.messages import SUCCESS
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from contactcenter.faces.admin.base import HouseAdmin, acting
from contactcenter.faces.admin.sites import look_into, records_of
from contactcenter.lib.clock import now
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record
from contactcenter.records.conversations.models import CannedReply, Conversation, Disposition
from contactcenter.records.customers.models import Block, Customer, VisitorToken
from contactcenter.records.files.models import StoredFile

KINDS = {
    Block: ObjectKind.BLOCK,
    CannedReply: ObjectKind.CANNED_REPLY,
    Conversation: ObjectKind.CONVERSATION,
    Customer: ObjectKind.CUSTOMER,
    Disposition: ObjectKind.DISPOSITION,
    StoredFile: ObjectKind.FILE,
    VisitorToken: ObjectKind.VISITOR_TOKEN,
}


class RecordAdmin(HouseAdmin):
    read_as = Action.RECORDS_OPENED  # what looking at one row is called in the log

    def heading(self, obj: Any) -> str:
        """What stands first in the list."""
        name = self.list_display[0]
        said = getattr(self, name)(obj) if hasattr(self, name) else getattr(obj, name)
        return date_format(localtime(said), "SHORT_DATETIME_FORMAT") if isinstance(said, datetime) else str(said)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            look_into(request, self.read_as, KINDS[self.model], found.pk)
        return found

    def message_user(self, request: HttpRequest, message: Any, level: Any = SUCCESS, *args: Any, **kwargs: Any) -> None:
        said = _("Saved.") if level == SUCCESS else _("Not everything could be saved.")
        super().message_user(request, said, level, *args, **kwargs)

    def write_down(self, request: HttpRequest, number: object, fields: list[str]) -> None:
        """As the last step of a change."""
        record(
            action=Action.RECORD_CHANGED,
            tenant=records_of(request),
            actor=acting(request),
            object_kind=KINDS[self.model],
            object_id=number,
            now=now(),
            facts={"fields": fields},
        )


class ReadOnlyRecordAdmin(RecordAdmin):
    read_only = True
    can_add = False


def text_in(texts: Mapping[str, str], language: str, default: str) -> str:
    return texts.get(language) or texts.get(default) or next(iter(texts.values()), "")
