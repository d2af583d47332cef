"""Every word the widget shows, in the language of its page: sent along inside it, so that no catalogue is fetched."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contactcenter.records.conversations.transcript import Wording

# What became of the talk, as its customer reads it. {name} is the agent's alias.
EVENTS: dict[str, Promise] = {
    "conversation.started": _("The chat has started"),
    "agent.joined": _("{name} has joined the chat"),
    "agent.left": _("{name} has left the chat"),
    "conversation.transferred": _("{name} is passing you on to a colleague"),
    "visitor.reminded": _("Are you still there? The chat ends by itself if you do not write."),
    "conversation.closed_by_customer": _("You ended the chat"),
    "conversation.closed_by_agent": _("The chat was ended"),
    "conversation.closed_by_silence": _("The chat ended because nothing was written for a while"),
    "conversation.reopened": _("The chat goes on"),
    "conversation.deferred": _(
        "Nobody can answer right now. Your message is kept, and the answer will wait for you here."
    ),
}

WORDS: dict[str, Promise] = {
    "write": _("Write a message"),
    "write_waiting": _("Add details while you wait"),
    "write_again": _("Write to go on here"),
    "open_until": _("Open until {time}"),
    "open_always": _("Open day and night"),
    "back_at": _("Back today at {time}"),
    "back_tomorrow": _("Back tomorrow at {time}"),
    "back_on": _("Back on {day} at {time}"),
    "closed_now": _("Closed at the moment"),
    "hello": _("Hello! How can we help you?"),
    "hello_closed": _("We are closed now. Leave us a message: the answer will wait for you here."),
    "start": _("Start the chat"),
    "leave": _("Leave the message"),
    "known_as": _("You are signed in as {name}."),
    "identity_lost": _("Your sign-in could not be confirmed. Please tell us who you are."),
    "required": _("Please fill this in."),
    "bad_email": _("Write a mail address such as name@example.com."),
    "too_long": _("Please use at most {limit} characters."),
    "not_reached": _("We could not be reached. What you typed is kept: please try again."),
    "too_often": _("That was very fast. Please try again in {seconds} seconds."),
    "blocked": _("This chat is closed to you. You can reach {company} in other ways."),
    "number": _("You are number {n}"),
    "next": _("You are next"),
    "nobody": _("Nobody is free to answer right now"),
    "nobody_place": _(
        "You keep your place while you stay on this website. Or leave what you wrote as a message: the answer will "
        "wait for you here."
    ),
    "place": _("Your place in the queue"),
    "keep_place": _("You may close this window: your place is kept while you stay on this website."),
    "offline": _("You are offline. We keep what you typed."),
    "reconnecting": _("The connection was lost. We keep what you typed and try again."),
    "full": _("Many chats are open from your network. We keep what you typed and try again."),
    "busy": _("We are busy for a moment. What you typed is kept."),
    "sending": _("Sending"),
    "delivered": _("Delivered"),
    "read": _("Read"),
    "failed": _("Not sent"),
    "retry": _("Try again"),
    "discard": _("Remove"),
    "typing": _("{name} is typing"),
    "you": _("You"),
    "redacted": _("This message was removed"),
    "ended": _("This chat has ended."),
    "save": _("Save {name}"),
    "picture": _("Picture: {name}"),
    "uploading": _("Uploading {name}"),
    "file_too_big": _("This file is larger than 10 MB."),
    "file_failed": _("The file could not be sent. Please try again."),
    "remove_file": _("Remove {name}"),
    "download_failed": _("This could not be downloaded. Please try again."),
    "today": _("Today"),
    "yesterday": _("Yesterday"),
}

LAUNCHER: dict[str, Promise] = {
    "open": _("Chat with {company}"),
    "unread": _("New messages: {n}"),
}

REFUSALS: dict[str, Promise] = {
    "empty": _("Please write something."),
    "too_long": _("This message is too long."),
    "closed": _("This chat has ended."),
    "blocked": _("This chat is closed to you."),
    "too_often": _("That was very fast. Please wait a moment."),
    "too_many_files": _("These are too many files for one message."),
    "file_gone": _("A file of this message is not there any more. Please attach it again."),
    "id_taken": _("This message could not be sent. Please write it again."),
    "not_found": _("This chat has ended."),
}

FILE_REFUSALS: dict[str, Promise] = {
    "too_big": _("This file is larger than 10 MB."),
    "empty": _("This file is empty."),
    "type": _("Files of this kind cannot be sent."),
    "name": _("A file of this name cannot be sent."),
    "quota": _("That is more than one visitor can send in a day: {files} files, {size} MB in all. Send it tomorrow."),
    "quota_of_all": _("No more files can be taken today. Please send it tomorrow."),
}


def tell_event(event: str, name: str) -> str:
    return str(EVENTS[event]).replace("{name}", name)


TRANSCRIPT = Wording(event=tell_event, unnamed=WORDS["you"])
