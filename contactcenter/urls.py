"""Addresses of the shared host: desk, floor, admin. Each stands in access.py too."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", include("contactcenter.faces.desk.urls")),
]
