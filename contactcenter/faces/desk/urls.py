from django.urls import path

from contactcenter.faces.desk import canned, files, views

app_name = "desk"
TALK = "<slug:schema>/<uuid:conversation_id>/"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("colleagues/", views.colleagues, name="colleagues"),
    path("canned/", canned.own_replies, name="canned"),
    path("canned/<slug:schema>/new/", canned.write_reply, name="canned-new"),
    path("canned/<slug:schema>/<int:reply_id>/", canned.edit_reply, name="canned-edit"),
    path("canned/<slug:schema>/<int:reply_id>/remove/", canned.remove_reply, name="canned-remove"),
    path("<slug:schema>/logo/", views.logo, name="logo"),
    path("<slug:schema>/canned/", canned.find_replies, name="canned-find"),
    path(TALK, views.desk_at, name="conversation"),
    path(TALK + "customer/", views.customer, name="customer"),
    path(TALK + "history/", views.history, name="history"),
    path(TALK + "transcript/", views.transcript, name="transcript"),
    path(TALK + "files/", files.upload, name="files"),
    path(TALK + "files/<uuid:file_id>/", files.download, name="file"),
]
