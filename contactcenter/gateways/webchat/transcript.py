"""A talk as plain text, for the customer to keep: what they saw, nothing else."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contactcenter.gateways.webchat.words import EVENTS
from contactcenter.records.conversations.models import Conversation, Message
from tenants.models import Tenant


def transcript(conversation: Conversation, tenant: Tenant, zone: tzinfo) -> str:
    messages = conversation.messages.prefetch_related("attachments__file").order_by("sequence")
    lines = [tenant.name, long_time(conversation.created_at.astimezone(zone)), ""]
    for message in messages:
        said = what_is_said(message)
        if said:
            lines.append(f"[{date_format(message.created_at.astimezone(zone), 'TIME_FORMAT')}] {said}")
    return "\r\n".join(lines) + "\r\n"


def what_is_said(message: Message) -> str:
    if message.author == Message.Author.SYSTEM:
        event = EVENTS.get(message.event)
        return f"— {str(event).replace('{name}', message.author_name)}" if event else ""
    if message.redacted_at is not None:
        said = _("This message was removed")
    else:
        files = [attachment.file.name for attachment in message.attachments.all()]
        said = "\r\n    ".join([*message.text.splitlines(), *(f"[{name}]" for name in files)])
    return f"{who_says(message)}: {said}"


def who_says(message: Message) -> str:
    if message.author == Message.Author.CUSTOMER:
        return message.author_name or _("You")
    return message.author_name


def long_time(moment: datetime) -> str:
    return f"{date_format(moment, 'DATE_FORMAT')}, {date_format(moment, 'TIME_FORMAT')} {moment.tzname() or ''}".strip()


def zone_of(name: str, tenant: Tenant) -> tzinfo:
    for each in (name, tenant.timezone):
        try:
            return ZoneInfo(each)
        except (ValueError, KeyError, OSError):  # what a browser calls its zone may be unknown here
            continue
    return ZoneInfo("UTC")
