"""Canned replies: the company's, and each agent's own. Call inside the company's schema."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db.models import Q

from contactcenter.lib.text import search_key
from contactcenter.records.conversations.errors import NotFound
from contactcenter.records.conversations.models import CannedReply

VARIABLE = re.compile(r"\{(customer|agent|company)\}")


def matching(text: str, *, user_id: int) -> list[CannedReply]:
    """What the agent may insert and `text` may mean, by shortcut or title: those whose shortcut begins so come first,
    and of the same shortcut the agent's own.
    """
    wanted = search_key(text)
    known = CannedReply.objects.filter(Q(owner=None) | Q(owner=user_id), is_active=True)
    return sorted(
        (reply for reply in known if wanted in search_key(f"{reply.shortcut} {reply.title}")),
        key=lambda reply: (not reply.shortcut.startswith(wanted), reply.shortcut, reply.owner_id is None),
    )


def own_replies(*, user_id: int) -> list[CannedReply]:
    return list(CannedReply.objects.filter(owner=user_id, is_active=True))


def own_reply(*, user_id: int, reply_id: int) -> CannedReply:
    """Raises NotFound, a colleague's and a missing one alike."""
    reply = CannedReply.objects.filter(pk=reply_id, owner=user_id, is_active=True).first()
    if reply is None:
        raise NotFound(reply_id)
    return reply


def remove(*, user_id: int, reply_id: int) -> None:
    """Raises NotFound."""
    if not CannedReply.objects.filter(pk=reply_id, owner=user_id, is_active=True).update(is_active=False):
        raise NotFound(reply_id)


def fill_in(text: str, names: Mapping[str, str]) -> str:
    """In one pass: what a customer calls themselves is never read as a variable."""
    return VARIABLE.sub(lambda found: names[found[1]], text)
