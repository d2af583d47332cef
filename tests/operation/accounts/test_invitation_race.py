"""T3: the same letter used twice at the same moment."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.invitations import NoInvitation, accept_invitation, invite
from contactcenter.operation.accounts.models import Invitation, Membership, User
from tenants.door import shared
from tenants.models import Tenant

ROUNDS, AT_ONCE = 10, 4


@pytest.mark.slow
def test_two_who_use_one_letter_at_once_are_one(committed: str, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with shared():
        ada = User.objects.create(email="ada@bpo.example", name="Ada", role="admin")
        aurora = Tenant.objects.get(schema_name="aurora")
        for number in range(ROUNDS):
            email = f"p{number}@aurora.example"
            invite(tenant=aurora, role="viewer", email=email, by=ada, now=now())
            token = mail.outbox[-1].body.split("/invitation/")[1].split("/")[0]
            results = race(aurora, token, email)
            assert sorted(results) == ["in"] + ["refused"] * (AT_ONCE - 1)
            assert User.objects.filter(email=email).count() == 1
            assert Membership.objects.filter(user__email=email).count() == 1
        assert Invitation.objects.exclude(accepted_at=None).count() == ROUNDS


def race(tenant: Tenant, token: str, email: str) -> list[str]:
    start, results = threading.Barrier(AT_ONCE), []

    def use() -> None:
        try:
            with shared():
                start.wait(10)
                accept_invitation(
                    tenant=tenant, token=token, email=email, name="P", password="a long walk at sea", now=now()
                )
                results.append("in")
        except NoInvitation:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(AT_ONCE)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return results
