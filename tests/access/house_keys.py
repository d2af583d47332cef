"""What lets somebody in without more: letters, keys of machines, second factors."""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.core import mail

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.api_tokens import Made, make_token, revoke_token
from contactcenter.operation.accounts.invitations import invite
from contactcenter.operation.accounts.models import User
from tenants.models import Tenant
from tests.access.house import RIGHTS, Company
from tests.operation.accounts.soft_key import SoftKey, text


def give_factors(user: User) -> None:
    """One of each kind."""
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    options = {"publicKey": {"user": {"id": text(str(user.pk).encode())}, "challenge": text(b"challenge")}}
    credential = json.loads(SoftKey("localhost").create(options, origin="http://localhost"))
    WebAuthn.add(user, "Phone", {**credential, "clientExtensionResults": {}})


def hand_out_keys(own: Company, admin: User) -> None:
    key, number = letter(own.tenant, f"ada@{own.mark}.example", "viewer", admin)
    own.things |= {"letter": number, "letter's key": key}
    own.things["machine's key"] = machine(own, RIGHTS).secret
    for right in RIGHTS:
        own.elsewhere[f"key without {right}"] = machine(own, [each for each in RIGHTS if each != right]).secret
    old = machine(own, RIGHTS)
    revoke_token(token=old.token, by=None, now=now())
    own.elsewhere["machine's key"] = old.secret


def machine(own: Company, rights: Collection[str]) -> Made:
    return make_token(tenant=own.tenant, name=f"Shop {own.mark}", rights=rights, by=None, now=now())


def letter(tenant: Tenant | None, email: str, role: str, by: User) -> tuple[str, int]:
    """The key that stands in the mail alone, and the invitation."""
    sent = invite(tenant=tenant, role=role, email=email, by=by, now=now())
    found = re.search(r"/accounts/invitation/([\w-]+)/", str(mail.outbox[-1].body))
    assert found
    return found[1], sent.pk
