"""Addresses of a company's host: widget, later portal, help centre, API. Each stands in access.py too."""

from django.urls import URLPattern, URLResolver, include, path

from tenants import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("brand/logo", views.logo, name="logo"),
    path("", include("contactcenter.gateways.webchat.urls")),
]
handler400 = "contactcenter.errors.bad_request"
handler403 = "contactcenter.errors.forbidden"
handler404 = "contactcenter.errors.missing"
handler500 = "contactcenter.errors.failed"
