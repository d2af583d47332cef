"""Why a conversation's service refused. `code` is what a face puts into its answer, `field` the input it concerns."""

from __future__ import annotations

from collections.abc import Sequence

from contactcenter.records.customers.services import Blocked

__all__ = [
    "Blocked",
    "Closed",
    "ConversationError",
    "DispositionMissing",
    "Empty",
    "FileGone",
    "IdTaken",
    "NotFound",
    "NotYours",
    "TooLong",
    "TooManyFiles",
    "UnknownColleague",
    "WrongBrand",
]


class ConversationError(Exception):
    code = "refused"
    field = ""


class NotFound(ConversationError):
    """Foreign or missing: whoever asks cannot tell which."""

    code = "not_found"


class NotYours(ConversationError):
    """Only the agent who holds the work item may do this."""

    code = "not_yours"


class Closed(ConversationError):
    """The conversation has ended and may not be reopened (any more)."""

    code = "closed"


class Empty(ConversationError):
    code = "empty"

    def __init__(self, field: str = "text") -> None:
        super().__init__(field)
        self.field = field


class TooLong(ConversationError):
    code = "too_long"

    def __init__(self, limit: int, field: str = "text") -> None:
        super().__init__(limit, field)
        self.limit = limit
        self.field = field


class IdTaken(ConversationError):
    """A message or note of this id exists, and it is another one."""

    code = "id_taken"


class TooManyFiles(ConversationError):
    code = "too_many_files"
    field = "files"


class FileGone(ConversationError):
    """A file that was not uploaded to this conversation by this person, or was sent already."""

    code = "file_gone"
    field = "files"


class WrongBrand(ConversationError):
    """The reply names another company: `found` holds the words as they stand in it. Passes with a reason
    (`override`).
    """

    code = "wrong_brand"
    field = "text"

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(found)
        self.found = list(found)


class DispositionMissing(ConversationError):
    """None given, or not one of this company's."""

    code = "disposition_missing"
    field = "disposition"


class UnknownColleague(ConversationError):
    """Nobody who may be asked about this company's conversations."""

    code = "unknown_colleague"
    field = "to"
