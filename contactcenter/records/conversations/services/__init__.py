"""Use cases of conversations. Call them inside the company's schema, but for those that enter it themselves (they
take a work item).
"""

from contactcenter.records.conversations.errors import (
    Blocked,
    Closed,
    ConversationError,
    DispositionMissing,
    Empty,
    FileGone,
    IdTaken,
    NotFound,
    NotYours,
    TooLong,
    TooManyFiles,
    UnknownColleague,
    WrongBrand,
)
from contactcenter.records.conversations.reading import (
    Newer,
    file_for_client,
    file_for_customer,
    file_for_staff,
    may_read,
    newer_than,
    readable,
    readable_by_client,
    readable_history,
)
from contactcenter.records.conversations.services.agent_side import (
    Taken,
    flag_wrap_up_missing,
    reply,
    take,
    tell_agent_left,
    transfer,
    wrap_up,
)
from contactcenter.records.conversations.services.company_side import end, post
from contactcenter.records.conversations.services.customer_side import (
    Started,
    defer,
    leave_message,
    receive,
    reopenable_until,
    start,
    started_with,
)
from contactcenter.records.conversations.services.ending import block_customer, finish
from contactcenter.records.conversations.services.marks import mark_delivered, mark_read, redact, see_customers
from contactcenter.records.conversations.services.notes import add_note, save_draft
from contactcenter.records.conversations.services.silence import abandon_gone, close_silent, remind_silent
from contactcenter.records.conversations.services.timeline import MESSAGE_LIMIT

__all__ = [
    "MESSAGE_LIMIT",
    "Blocked",
    "Closed",
    "ConversationError",
    "DispositionMissing",
    "Empty",
    "FileGone",
    "IdTaken",
    "Newer",
    "NotFound",
    "NotYours",
    "Started",
    "Taken",
    "TooLong",
    "TooManyFiles",
    "UnknownColleague",
    "WrongBrand",
    "abandon_gone",
    "add_note",
    "block_customer",
    "close_silent",
    "defer",
    "end",
    "file_for_client",
    "file_for_customer",
    "file_for_staff",
    "finish",
    "flag_wrap_up_missing",
    "leave_message",
    "mark_delivered",
    "mark_read",
    "may_read",
    "newer_than",
    "post",
    "readable",
    "readable_by_client",
    "readable_history",
    "receive",
    "redact",
    "remind_silent",
    "reopenable_until",
    "reply",
    "save_draft",
    "see_customers",
    "start",
    "started_with",
    "take",
    "tell_agent_left",
    "transfer",
    "wrap_up",
]
