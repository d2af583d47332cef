"""A company's own people, signed in on a host."""

from __future__ import annotations

from typing import Any

from django.test import Client

from contactcenter.operation.accounts.models import Membership, User
from tests.people import company
from tests.signed_in import signed_in


def client_user(schema: str, role: str = "manager", *, name: str = "Maya Brandt", language: str = "en") -> User:
    user = User.objects.create_user(
        f"{name.split(maxsplit=1)[0].lower()}.{role}@{schema}.example", None, name=name, language=language
    )
    Membership.objects.create(user=user, tenant=company(schema), role=role)
    return user


def at_home(user: User, schema: str, **options: Any) -> Client:
    return signed_in(user, host=f"{schema}.localhost", **options)
