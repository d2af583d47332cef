"""What is written down. One word for one thing: noun.past_verb, with the words people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    # Looked at
    CONVERSATION_READ = "conversation.read", _("Read a conversation")
    TRANSCRIPT_EXPORTED = "transcript.exported", _("Took a transcript")
    FILE_READ = "file.read", _("Opened a file")
    CUSTOMER_READ = "customer.read", _("Read a customer's card")
    RECORDS_OPENED = "records.opened", _("Opened records in the admin")
    AUDIT_READ = "audit.read", _("Read this log")
    EXPORTED = "list.exported", _("Exported a list")
    # Changed by the company or for it
    RECORD_CHANGED = "record.changed", _("Changed a record")
    HOURS_CHANGED = "hours.changed", _("Changed opening hours")
    CANNED_REPLY_CHANGED = "canned_reply.changed", _("Changed a saved reply")
    COMPANY_CREATED = "company.created", _("Made the company")
    COMPANY_CHANGED = "company.changed", _("Changed the company")
    COMPANY_DEACTIVATED = "company.deactivated", _("Deactivated the company")
    COMPANY_REACTIVATED = "company.reactivated", _("Reactivated the company")
    WIDGET_CHANGED = "widget.changed", _("Changed the chat widget")
    QUEUE_CHANGED = "queue.changed", _("Changed a queue")
    WEBHOOK_CHANGED = "webhook.changed", _("Changed a webhook")
    WEBHOOK_REPLAYED = "webhook.replayed", _("Sent a webhook again")
    TOKEN_MADE = "token.made", _("Made an API token")
    TOKEN_REVOKED = "token.revoked", _("Revoked an API token")
    # People and their rights
    PERSON_INVITED = "person.invited", _("Invited somebody")
    INVITATION_REVOKED = "invitation.revoked", _("Took an invitation back")
    INVITATION_ACCEPTED = "invitation.accepted", _("Accepted an invitation")
    MEMBERSHIP_GRANTED = "membership.granted", _("Gave access to the portal")
    MEMBERSHIP_REVOKED = "membership.revoked", _("Took access to the portal away")
    AGENT_CHANGED = "agent.changed", _("Changed how an agent works")
    COMPANIES_CHANGED = "agent.companies_changed", _("Changed which companies an agent serves")
    ROLE_CHANGED = "person.role_changed", _("Changed a role")
    PERSON_CHANGED = "person.changed", _("Changed a person's name, mail or language")
    PERSON_DEACTIVATED = "person.deactivated", _("Deactivated a person")
    PERSON_REACTIVATED = "person.reactivated", _("Reactivated a person")
    PASSWORD_SET = "person.password_set", _("Set a password")
    FACTORS_CHANGED = "person.factors_changed", _("Changed a second factor")
    # How the floor is set up
    SKILL_CHANGED = "skill.changed", _("Changed a skill")
    POOL_CHANGED = "pool.changed", _("Changed a pool")
    BREAK_REASON_CHANGED = "break_reason.changed", _("Changed a reason for a break")
    # Steered on the floor
    ITEM_MOVED = "item.moved", _("Moved a work item to another queue")
    ITEM_REASSIGNED = "item.reassigned", _("Gave a work item to another agent")
    ITEM_REPRIORITISED = "item.reprioritised", _("Changed a work item's priority")
    PRESENCE_FORCED = "agent.presence_forced", _("Changed an agent's state")
    NOTICE_POSTED = "notice.posted", _("Posted a notice")
    NOTICE_ENDED = "notice.ended", _("Ended a notice")
    WALLBOARD_MADE = "wallboard.made", _("Made a wallboard")
    WALLBOARD_REVOKED = "wallboard.revoked", _("Revoked a wallboard")
