"""Whether a session still counts: made on this host, by a user whose rights are the same. For pages and sockets."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Exists, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from contactcenter.lib.keyed_hash import keyed_hash
from contactcenter.operation.accounts import factors, in_view
from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.places import has_place

HOST = "host"
EPOCH = "epoch"
SIGNED_IN_AT = "signed_in_at"


class Refusal(StrEnum):
    NOT_SIGNED_IN = "not signed in"
    OTHER_HOST = "made on another host"
    REVOKED = "rights changed since"
    NO_PLACE = "not of this company"
    SECOND_FACTOR = "second factor missing"


@dataclass(frozen=True)
class Visit:
    """What a socket keeps of the session it was opened with."""

    session_key: str
    user_id: int
    epoch: int


def mark(session_key: str) -> str:
    """By which desks know their session: nobody can sign in with it."""
    return keyed_hash(session_key, purpose="session")


def stamp(session: MutableMapping[str, Any], *, host: str, epoch: int, second_factor: bool) -> None:
    session[factors.PASSED] = second_factor
    session[HOST] = host
    session.setdefault(SIGNED_IN_AT, timezone.now().isoformat())
    session[EPOCH] = epoch


def why_refused(session: Mapping[str, Any], *, host: str, user: User | None) -> Refusal | None:
    """`user` is the row as it is now, of the id that the session names."""
    if SESSION_KEY not in session:
        return Refusal.NOT_SIGNED_IN
    if session.get(HOST) != host:
        return Refusal.OTHER_HOST
    if user is None or not is_of_today(session, user):
        return Refusal.REVOKED
    if not has_place(email=user.email, host=host):
        return Refusal.NO_PLACE
    if factors.is_missing(session, user):
        return Refusal.SECOND_FACTOR
    return None


def is_of_today(session: Mapping[str, Any], user: User) -> bool:
    """Made with the rights and the password that the person still has."""
    return (
        user.is_active
        and session.get(EPOCH) == user.epoch
        and any(constant_time_compare(session.get(HASH_SESSION_KEY, ""), known) for known in hashes(user))
    )


def hashes(user: User) -> list[str]:
    """Of the user's password, under the secret key and the ones before it."""
    return [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]


def open_visit(session_key: str | None, *, host: str) -> Visit | Refusal:
    """For a socket, from the value of its session cookie. In the shared schema."""
    session = SessionStore(session_key).load() if session_key else {}
    user = User.objects.filter(pk=session[SESSION_KEY]).first() if SESSION_KEY in session else None
    refusal = why_refused(session, host=host, user=user)
    if refusal or user is None or session_key is None:
        return refusal or Refusal.NOT_SIGNED_IN
    return Visit(session_key=session_key, user_id=user.pk, epoch=user.epoch)


def person_of(visit: Visit) -> QuerySet[User]:
    """Whose visit it is, while nobody signed out and nothing was revoked; else nobody. Asked again when a socket hears,
    when it delivers, and when `rights.changed` comes.
    """
    facts = facts_of(visit)
    of_then = User.objects.filter(pk=facts["user"], is_active=True, epoch=facts["epoch"])
    return of_then.filter(lives(facts["session"], facts["now"]))


def facts_of(visit: Visit) -> dict[str, Any]:
    """What is true of a visit that counts now: its session lives, its user has this epoch. Whoever asks is in view."""
    now = timezone.now()
    in_view.see_socket(session_key=visit.session_key, now=now)
    return {"session": visit.session_key, "user": visit.user_id, "epoch": visit.epoch, "now": now}


def lives(session: str, now: datetime) -> Exists:
    return Exists(Session.objects.filter(session_key=session, expire_date__gt=now))
