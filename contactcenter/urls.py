"""Addresses of the shared host: desk, floor, admin. Each stands in access.py too."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from django.views.i18n import JavaScriptCatalog

from contactcenter.operation.accounts import views

# Of allauth's addresses only these: mail addresses are the admin's to change, sign-up is by invitation.
accounts: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", account.signup, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]
# Words of the page's language: the browser keeps them and asks whether they still stand.
words = cache_control(private=True, no_cache=True)(conditional_page(JavaScriptCatalog.as_view()))
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("accounts/", include(accounts)),
    path("account/preferences/", views.preferences, name="preferences"),
    path("i18n/", words, name="javascript-catalogue"),
    path("desk/", include("contactcenter.faces.desk.urls")),
]
handler400 = "contactcenter.errors.bad_request"
handler403 = "contactcenter.errors.forbidden"
handler404 = "contactcenter.errors.missing"
handler500 = "contactcenter.errors.failed"
