"""What allauth asks of us about second factors."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contactcenter.lib.sealing import seal, unseal
from contactcenter.operation.accounts import factors
from contactcenter.operation.accounts.models import User
from tenants.door import SHARED_SCHEMA
from tenants.middleware import host_of


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code does not count. Each counts once, for about a minute."),
        "incorrect_passkey": gettext_lazy("This passkey does not count here. Each belongs to one address."),
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs a second factor. Set up another one before you remove this one."
        ),
    }

    def get_totp_issuer(self) -> str:
        tenant = context.request.tenant
        return _("Contact centre") if tenant.schema_name == SHARED_SCHEMA else str(tenant.name)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A passkey is of the host it was made on, and of no other: not of a parent, not of a neighbour."""
        return {"id": host_of(context.request), "name": self.get_totp_issuer()}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user.pk, type=type).count() + 1
        return _("Passkey {number}").format(number=number)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not (factors.is_required(authenticator.user) and factors.is_last(authenticator))

    def encrypt(self, text: str) -> str:
        return seal(text, purpose="second factor")

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, purpose="second factor")
