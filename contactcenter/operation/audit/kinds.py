"""What a thing is called that somebody looked at or changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ObjectKind(models.TextChoices):
    AGENT = "agent", _("Agent")
    BLOCK = "block", _("Block")
    BREAK_REASON = "break reason", _("Reason for a break")
    CANNED_REPLY = "canned_reply", _("Canned reply")
    COMPANY = "company", _("The company")
    CONVERSATION = "conversation", _("Conversation")
    CUSTOMER = "customer", _("Customer")
    DISPOSITION = "disposition", _("Outcome")
    FILE = "file", _("File")
    INVITATION = "invitation", _("Invitation")
    ITEM = "item", _("Work item")
    LIST = "list", _("List")
    LOG = "log", _("This log")
    NOTICE = "notice", _("Notice")
    PERSON = "person", _("Person")
    POOL = "pool", _("Pool")
    QUEUE = "queue", _("Queue")
    RECORDS = "records", _("Records")
    SKILL = "skill", _("Skill")
    TOKEN = "token", _("API token")
    VISITOR_TOKEN = "visitor token", _("A visitor's way back")
    WALLBOARD = "wallboard", _("Wallboard")
    WEBHOOK = "webhook", _("Webhook")
