from __future__ import annotations

from allauth.core import context
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from contactcenter.operation.accounts.models import User


class ResetTokens(PasswordResetTokenGenerator):
    """A link for a new password works on the host it was asked for alone, and dies with any change of the person's
    rights. (Mail address, password and last sign-in are in Django's own part.)"""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        tenant = context.request.tenant
        return f"{super()._make_hash_value(user, timestamp)}{user.epoch}@{tenant.schema_name}"
