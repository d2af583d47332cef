"""Mail and password, as allauth checks them; on a company's host only its own people are anybody."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.places import has_place
from tenants.middleware import host_of


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Who works for a company is not told by it: a right password of somebody else is answered, counted and timed as a
    wrong one."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        email = str(credentials.get("email") or "")
        welcome = request is None or not hasattr(request, "tenant") or has_place(email=email, host=host_of(request))
        user: User | None = super().authenticate(request, **credentials)
        if welcome:
            return user
        self.unstash_authenticated_user()  # else the page for closed accounts would tell
        return None
