"""The second factor: who must have one, what keeps its secrets, and that a code counts once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, JSONField, Q, TextField, Value

from contactcenter.operation.accounts.models import Role, User

PASSED = "second_factor"  # in the session: shown when it was made, or set up within it
ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR})
SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def is_required(user: User) -> bool:
    return bool(settings.REQUIRE_SECOND_FACTOR) and user.role in ROLES


def is_missing(session: Mapping[str, Any], user: User) -> bool:
    return is_required(user) and session.get(PASSED) is not True


def is_last(authenticator: Authenticator) -> bool:
    """None but recovery codes would be left without it."""
    others = Authenticator.objects.filter(user=authenticator.user_id).exclude(pk=authenticator.pk)
    return not others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def spend(authenticator: Authenticator, code: str) -> bool:
    """RFC 6238, 5.2: a code of an app counts once, and none of an earlier step counts after it. False: it has counted.
    The row decides, so that of two who send the same code at once one is let in, with Redis or without."""
    step = step_of(authenticator, code)
    if step is None:
        return False
    later = Q(data__last_step__isnull=True) | Q(data__last_step__lt=step)
    with_step = Func(
        F("data"),
        Value(["last_step"], output_field=ArrayField(TextField())),
        Value(step, output_field=JSONField()),
        function="jsonb_set",
        output_field=JSONField(),
    )
    return bool(Authenticator.objects.filter(later, pk=authenticator.pk).update(data=with_step))


def step_of(authenticator: Authenticator, code: str) -> int | None:
    secret = decrypt(authenticator.data["secret"])
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return int(step)
    return None


def rewrap() -> int:
    """Locks every secret with the key of today, so that a former one can be forgotten. How many there were."""
    done = 0
    for authenticator in Authenticator.objects.filter(type__in=SECRETS):
        name = SECRETS[Authenticator.Type(authenticator.type)]
        authenticator.data[name] = encrypt(decrypt(authenticator.data[name]))
        authenticator.save(update_fields=["data"])
        done += 1
    return done
