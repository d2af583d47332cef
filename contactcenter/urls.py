"""Addresses of the shared host: desk, floor, admin. Each stands in contactcenter/access too."""

from django.urls import URLPattern, URLResolver, include, path

from contactcenter.operation.accounts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("", include("contactcenter.operation.accounts.urls")),
    path("desk/", include("contactcenter.faces.desk.urls")),
    path("admin/", include("contactcenter.faces.admin.urls")),
    path("", include("contactcenter.faces.floor.urls")),
]
handler400 = "contactcenter.errors.bad_request"
handler403 = "contactcenter.errors.forbidden"
handler404 = "contactcenter.errors.missing"
handler500 = "contactcenter.errors.failed"
