"""Signing in and one's own account: the same addresses on the staff's host and on each company's. Each stands in
contactcenter/access too.

They run in the shared schema wherever they are: tries are counted for the person, not once more on every host.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.decorators import rate_limit
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from django.views.i18n import JavaScriptCatalog

from contactcenter.operation.accounts import session_views, views
from contactcenter.operation.accounts.invitation_views import invitation
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

accept_invitation = rate_limit(action="reset_password_from_key")(invitation)

# Of allauth's addresses only these: mail addresses are the admin's to change, sign-up is by invitation.
entrance: list[URLPattern | URLResolver] = [
    path("login/", shared(account.login), name="account_login"),
    path("logout/", shared(account.logout), name="account_logout"),
    path("signup/", shared(account.signup), name="account_signup"),
    path(
        "invitation/<str:token>/",
        shared(rate_limit(action="reset_password_from_key")(invitation)),
        name="account_invitation",
    ),
    path("inactive/", shared(account.account_inactive), name="account_inactive"),
    path("password/change/", shared(password_change), name="account_change_password"),
    path("sessions/", shared(session_views.sessions), name="account_sessions"),
    path("sessions/<int:session_id>/end/", shared(session_views.end), name="account_end_session"),
    path("sessions/end/", shared(session_views.end_all), name="account_end_all_sessions"),
    path("again/", shared(account.reauthenticate), name="account_reauthenticate"),
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
factors: list[URLPattern | URLResolver] = [
    path("", shared(mfa.index), name="mfa_index"),
    path("code/", shared(rate_limit(action="login")(mfa.authenticate)), name="mfa_authenticate"),
    path("code/again/", shared(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("app/", shared(totp.activate_totp), name="mfa_activate_totp"),
    path("app/remove/", shared(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("recovery/", shared(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("recovery/new/", shared(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("recovery/file/", shared(recovery.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("passkeys/", shared(passkeys.list_webauthn), name="mfa_list_webauthn"),
    path("passkeys/new/", shared(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/name/", shared(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", shared(views.remove_passkey), name="mfa_remove_webauthn"),
    path("passkeys/again/", shared(passkeys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("passkeys/sign-in/", shared(passkeys.login_webauthn), name="mfa_login_webauthn"),
]
# Words of the page's language: the browser keeps them and asks whether they still stand.
words = cache_control(private=True, no_cache=True)(conditional_page(JavaScriptCatalog.as_view()))
urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include(entrance)),
    path("accounts/second-factor/", include(factors)),
    path("account/preferences/", shared(views.preferences), name="preferences"),
    path("i18n/", words, name="javascript-catalogue"),
]
