"""Addresses of a company's host: widget, later portal, help centre, API. Each stands in access.py too."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("contactcenter.gateways.webchat.urls")),
]
