"""Addresses of the admin. Each stands in contactcenter/access too."""

from django.urls import URLPattern, URLResolver, include, path

from contactcenter.faces.admin import picker, wizard
from contactcenter.faces.admin.sites import house, records

new_company: list[URLPattern | URLResolver] = [
    path("", wizard.begin, name="begin"),
    path("progress/", wizard.progress, name="progress"),
    path("done/<slug:schema>/", wizard.done, name="done"),
    path("<slug:step>/", wizard.step, name="step"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("new-company/", include((new_company, "new-company"))),
    path("companies/", picker.companies, name="companies"),
    path("companies/<slug:schema>/", records.urls),
    path("", house.urls),
]
