"""What tables and columns are called on the admin's screens. Here and not in the models, where each change of a word
would be a migration of every company.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from contactcenter.operation.accounts.models import Invitation, Membership, User
from contactcenter.operation.agents.models import Agent, BreakReason, Skill
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.routing.models import Pool, Queue, Repair
from contactcenter.records.conversations.models import CannedReply, Conversation, Disposition
from contactcenter.records.customers.models import Block, Customer, VisitorToken
from contactcenter.records.files.models import StoredFile
from tenants.models import Endpoint, Tenant

Word = Promise

TABLES: dict[type, tuple[Word, Word]] = {
    Tenant: (_("company"), _("companies")),
    Endpoint: (_("chat widget"), _("chat widgets")),
    User: (_("person"), _("people")),
    Agent: (_("agent"), _("agents")),
    Invitation: (_("invitation"), _("invitations")),
    Membership: (_("access to the portal"), _("accesses to the portal")),
    Queue: (_("queue"), _("queues")),
    Pool: (_("pool"), _("pools")),
    Skill: (_("skill"), _("skills")),
    BreakReason: (_("reason for a break"), _("reasons for breaks")),
    Entry: (_("entry of the log"), _("entries of the log")),
    Repair: (_("repair"), _("repairs")),
    Customer: (_("customer"), _("customers")),
    Block: (_("block"), _("blocks")),
    VisitorToken: (_("visitor's key"), _("visitors' keys")),
    Conversation: (_("conversation"), _("conversations")),
    Disposition: (_("outcome"), _("outcomes")),
    CannedReply: (_("canned reply"), _("canned replies")),
    StoredFile: (_("file"), _("files")),
}
COLUMNS: dict[str, Word] = {
    "accepted_by": _("accepted by"),
    "action": _("what"),
    "alias": _("alias"),
    "at": _("when"),
    "by": _("by"),
    "channel": _("channel"),
    "closed_at": _("closed"),
    "closed_by": _("closed by"),
    "colour": _("colour"),
    "contract": _("contract"),
    "created_at": _("made"),
    "customer": _("customer"),
    "deferred": _("answered later"),
    "device": _("device"),
    "digest": _("digest"),
    "disposition": _("outcome"),
    "disposition_missing": _("outcome missing"),
    "email": _("mail"),
    "expires_at": _("valid until"),
    "first_reply_seconds": _("seconds to the first reply"),
    "is_active": _("active"),
    "is_default": _("default of the company"),
    "key": _("key"),
    "kind": _("kind"),
    "language": _("language"),
    "last_login": _("last sign-in"),
    "last_sequence": _("messages"),
    "lifted_at": _("lifted"),
    "lifted_by": _("lifted by"),
    "max_waiting": _("most who may wait"),
    "name": _("name"),
    "next_reply_seconds": _("seconds to each further reply"),
    "object_id": _("number of the object"),
    "object_kind": _("object"),
    "offer_seconds": _("seconds an offer rings"),
    "page": _("page"),
    "pool": _("pool"),
    "position": _("position"),
    "queue": _("queue"),
    "reason": _("reason"),
    "revoked_at": _("revoked"),
    "revoked_by": _("revoked by"),
    "role": _("role"),
    "schema_name": _("schema"),
    "sequence": _("number"),
    "shortcut": _("shortcut"),
    "size": _("bytes"),
    "state": _("state"),
    "subject": _("subject"),
    "summary": _("note"),
    "tenant": _("company"),
    "timezone": _("time zone"),
    "title": _("title"),
    "type": _("type"),
    "uploaded_by": _("sent by"),
    "user": _("person"),
    "wrap_up_seconds": _("seconds of wrap-up"),
    "answer_within_seconds": _("service level: seconds"),
    "answer_target_percent": _("service level: percent"),
    "actor": _("who"),
    "explanation": _("what was mended"),
    "agent": _("agent"),
    "invited_by": _("invited by"),
    "item": _("work item"),
    "address": _("address"),
}

# unfold speaks English alone. What of it is seen here is translated with ours.
OF_UNFOLD = (
    gettext_noop("Run"),
    gettext_noop("Select action"),
    gettext_noop("Select record"),
    gettext_noop("Select all rows"),
    gettext_noop("Select value"),
    gettext_noop("Choose file to upload"),
    gettext_noop("Clear all filters"),
    gettext_noop("Reset filters"),
    gettext_noop("Previous"),
    gettext_noop("Next"),
)


def put_in_place() -> None:
    """Seen by the screens alone: migrations go by what the models were written with."""
    for model, (one, many) in TABLES.items():
        options = model._meta  # type: ignore[attr-defined]
        options.verbose_name, options.verbose_name_plural = one, many
        for field in options.get_fields():
            if field.name in COLUMNS and hasattr(field, "verbose_name"):
                field.verbose_name = COLUMNS[field.name]
