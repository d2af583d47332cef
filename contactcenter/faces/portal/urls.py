"""Addresses of the portal, on each company's own host. None names a company: the host does."""

from django.urls import path

from contactcenter.faces.portal import conversations, hours, log, people, replies, today

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
    path("hours/", hours.hours, name="hours"),
    path("hours/edit/", hours.edit_hours, name="hours-edit"),
    path("replies/", replies.replies, name="replies"),
    path("replies/new/", replies.write_reply, name="reply-new"),
    path("replies/<int:reply_id>/", replies.edit_reply, name="reply-edit"),
    path("replies/<int:reply_id>/retire/", replies.retire_reply, name="reply-retire"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.send_invitation, name="invite"),
    path("people/<int:membership_id>/role/", people.change_role, name="person-role"),
    path("people/<int:membership_id>/remove/", people.remove, name="person-remove"),
    path("invitations/<int:invitation_id>/take-back/", people.take_back, name="take-back"),
    path("log/", log.log, name="log"),
    path("log.csv", log.log_csv, name="log-csv"),
]
