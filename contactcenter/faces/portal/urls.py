"""Addresses of the portal, on each company's own host. None names a company: the host does."""

from django.urls import path

from contactcenter.faces.portal import conversations, today

app_name = "portal"
TALK = "conversations/<uuid:conversation_id>/"

urlpatterns = [
    path("", today.today, name="today"),
    path("now/", today.now, name="now"),
    path("conversations/", conversations.conversations, name="conversations"),
    path("conversations.csv", conversations.conversations_csv, name="conversations-csv"),
    path(TALK, conversations.conversation, name="conversation"),
    path(TALK + "transcript/", conversations.transcript, name="transcript"),
    path(TALK + "files/<uuid:file_id>/", conversations.file, name="file"),
]
