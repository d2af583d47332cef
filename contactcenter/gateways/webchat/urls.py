from django.urls import path

from contactcenter.gateways.webchat import pages, views

app_name = "widget"
urlpatterns = [
    path("widget.js", pages.loader, name="loader"),
    path("widget/", pages.frame, name="frame"),
    path("widget/brand.css", pages.brand_css, name="brand"),
    path("widget/hours/", pages.hours, name="hours"),
    path("widget/start/", views.start, name="start"),
    path("widget/identify/", views.identify, name="identify"),
    path("widget/token/", views.check_token, name="token"),
    path("widget/files/", views.upload_file, name="files"),
    path("widget/files/<uuid:file_id>/", views.file, name="file"),
    path("widget/transcript/", views.transcript_file, name="transcript"),
]
