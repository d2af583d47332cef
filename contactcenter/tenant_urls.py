"""Addresses of a company's host: sign-in of its people, their portal, widget.

Each stands in contactcenter/access too.
"""

from django.urls import URLPattern, URLResolver, include, path

from contactcenter.operation.accounts import views as accounts
from tenants import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", accounts.company_home, name="home"),
    path("", include("contactcenter.operation.accounts.urls")),
    path("portal/", include("contactcenter.faces.portal.urls")),
    path("brand/logo", views.logo, name="logo"),
    path("api/", include("contactcenter.faces.api.urls")),
    path("", include("contactcenter.gateways.webchat.urls")),
]
handler400 = "contactcenter.errors.bad_request"
handler403 = "contactcenter.errors.forbidden"
handler404 = "contactcenter.errors.missing"
handler500 = "contactcenter.errors.failed"
