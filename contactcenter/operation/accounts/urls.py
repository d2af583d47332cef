"""Signing in and one's own account: the same addresses on the staff's host and on each company's. Each stands in
access.py too.

They run in the shared schema wherever they are: tries are counted for the person, not once more on every host.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from django.views.i18n import JavaScriptCatalog

from contactcenter.operation.accounts import views
from tenants import door

View = Callable[..., HttpResponseBase]


def shared(view: View) -> View:
    @wraps(view)
    def in_shared_schema(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with door.shared():
            return view(request, *args, **kwargs)

    return in_shared_schema


# The new password and the new key of its session in one: no socket sees the first without the second.
password_change = transaction.atomic(account.password_change)

# Of allauth's addresses only these: mail addresses are the admin's to change, sign-up is by invitation.
entrance: list[URLPattern | URLResolver] = [
    path("login/", shared(account.login), name="account_login"),
    path("logout/", shared(account.logout), name="account_logout"),
    path("signup/", shared(account.signup), name="account_signup"),
    path("inactive/", shared(account.account_inactive), name="account_inactive"),
    path("password/change/", shared(password_change), name="account_change_password"),
    path("password/reset/", shared(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", shared(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        shared(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        shared(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
# Words of the page's language: the browser keeps them and asks whether they still stand.
words = cache_control(private=True, no_cache=True)(conditional_page(JavaScriptCatalog.as_view()))
urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include(entrance)),
    path("account/preferences/", shared(views.preferences), name="preferences"),
    path("i18n/", words, name="javascript-catalogue"),
]
