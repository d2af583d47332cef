"""What the API shows, and what it takes. Rows come in, plain data goes out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from contactcenter.faces.api.fields import IdCursor, PageQuery, SequenceCursor, Strict, Words
from contactcenter.lib.outgoing import LONGEST_URL
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.conversations.services import MESSAGE_LIMIT
from contactcenter.records.customers.models import Customer, Identity
from contactcenter.records.webhooks.models import Delivery, Webhook
from contactcenter.records.webhooks.services import REASON_LIMIT

CHANNELS = ("voice", "chat", "email", "sms", "whatsapp", "social", "fax", "letter", "task")
NEWEST, OLDEST = "newest", "oldest"
URL = r"^https?://[!-~]+$"


class Empty(Strict):
    pass


class Problem(serializers.Serializer[Any]):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong with which field, and the cure.",
    )


# Conversations --------------------------------------------------------------------------------------------------------
class CustomerInShort(serializers.ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields = ["id", "name"]
        read_only_fields = fields


@extend_schema_serializer(component_name="File")
class FileShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.CharField()
    size = serializers.IntegerField(help_text="bytes")


@extend_schema_serializer(component_name="Message")
class MessageShape(serializers.ModelSerializer[Message]):
    name = serializers.CharField(source="author_name", help_text="The customer, the agent by alias, or the company.")
    redacted = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = [
            *("id", "conversation", "sequence", "direction", "author", "name", "text", "event", "delivery"),
            *("redacted", "created_at", "files"),
        ]
        read_only_fields = fields
        extra_kwargs = {"event": {"help_text": "What a message of the system says, such as conversation.started."}}

    def get_redacted(self, message: Message) -> bool:
        return message.redacted_at is not None

    @extend_schema_field(FileShape(many=True))
    def get_files(self, message: Message) -> list[dict[str, Any]]:
        files = [attachment.file for attachment in message.attachments.all()]
        return [{"id": str(file.pk), "name": file.name, "type": file.type, "size": file.size} for file in files]


@extend_schema_serializer(component_name="Conversation")
class ConversationShape(serializers.ModelSerializer[Conversation]):
    # `queue` is annotated by faces.api.conversations.with_queue.
    queue = serializers.CharField(read_only=True, allow_null=True, help_text="Key of the queue it came to last.")
    customer = CustomerInShort(read_only=True)
    disposition = serializers.SlugRelatedField[Any](slug_field="key", read_only=True, allow_null=True)
    closed_by = serializers.SerializerMethodField()

    class Meta:
        model = Conversation
        fields = [
            *("id", "state", "channel", "queue", "subject", "language", "deferred", "customer", "disposition"),
            *("created_at", "first_reply_at", "waiting_since", "closed_at", "closed_by"),
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=Conversation.ClosedBy.choices, allow_null=True))
    def get_closed_by(self, conversation: Conversation) -> str | None:
        return conversation.closed_by or None


class MessagePage(serializers.Serializer[Any]):
    items = MessageShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


@extend_schema_serializer(component_name="ConversationWithMessages")
class ConversationWithMessages(ConversationShape):
    messages = MessagePage(help_text="The first page; its next_cursor goes on at …/messages.")

    class Meta(ConversationShape.Meta):
        fields = [*ConversationShape.Meta.fields, "messages"]


class ConversationPage(serializers.Serializer[Any]):
    items = ConversationShape(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="null: this was the last page.")


class ConversationQuery(PageQuery):
    state = serializers.ChoiceField(choices=Conversation.State.choices, required=False)
    channel = serializers.ChoiceField(choices=CHANNELS, required=False)
    queue = serializers.SlugField(required=False, max_length=40, help_text="Key of a queue of this company.")
    customer = serializers.UUIDField(required=False)
    after = serializers.DateTimeField(required=False, help_text="Started at this moment or later.")
    before = serializers.DateTimeField(required=False, help_text="Started before this moment.")
    order = serializers.ChoiceField(choices=[NEWEST, OLDEST], required=False, default=NEWEST)
    cursor = IdCursor()


class MessageQuery(PageQuery):
    order = serializers.ChoiceField(choices=[OLDEST, NEWEST], required=False, default=OLDEST)
    cursor = SequenceCursor()


class NewMessage(Strict):
    text = Words(max_length=MESSAGE_LIMIT)


# Customers ------------------------------------------------------------------------------------------------------------
@extend_schema_serializer(component_name="Identity")
class IdentityShape(serializers.ModelSerializer[Identity]):
    verified = serializers.SerializerMethodField()

    class Meta:
        model = Identity
        fields = ["kind", "value", "verified"]
        read_only_fields = fields

    def get_verified(self, identity: Identity) -> bool:
        return identity.verified_at is not None


@extend_schema_serializer(component_name="Customer")
class CustomerShape(serializers.ModelSerializer[Customer]):
    # `blocked` is annotated by faces.api.customers.everybody.
    blocked = serializers.BooleanField(read_only=True)
    identities = IdentityShape(many=True, read_only=True)

    class Meta:
        model = Customer
        fields = ["id", "name", "language", "timezone", "blocked", "created_at", "identities"]
        read_only_fields = fields


class CustomerPage(serializers.Serializer[Any]):
    items = CustomerShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class CustomerQuery(PageQuery):
    email = serializers.EmailField(required=False, max_length=254, help_text="Exactly this address.")
    phone = serializers.RegexField(
        r"^\+[1-9][0-9]{4,14}$", required=False, help_text="Exactly this number, as +34600111222 (E.164)."
    )
    order = serializers.ChoiceField(choices=[NEWEST, OLDEST], required=False, default=NEWEST)
    cursor = IdCursor()


# Webhooks -------------------------------------------------------------------------------------------------------------
@extend_schema_serializer(component_name="Webhook")
class WebhookShape(serializers.ModelSerializer[Webhook]):
    events = serializers.ListField(child=serializers.ChoiceField(choices=Webhook.Event.choices))

    class Meta:
        model = Webhook
        fields = ["id", "url", "events", "is_active", "created_at", "failures", "resting_until"]
        read_only_fields = fields


@extend_schema_serializer(component_name="WebhookWithSecret")
class WebhookWithSecret(WebhookShape):
    secret = serializers.CharField(help_text="Signs what is sent (whsec_…). Shown this once.")

    class Meta(WebhookShape.Meta):
        fields = [*WebhookShape.Meta.fields, "secret"]


class WebhookList(serializers.Serializer[Any]):
    items = WebhookShape(many=True)


class EventsField(serializers.ListField):
    child = serializers.ChoiceField(choices=Webhook.Event.choices)

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=1, max_length=len(Webhook.Event.values), **options)


class NewWebhook(Strict):
    url = serializers.RegexField(URL, max_length=LONGEST_URL)
    events = EventsField()


@extend_schema_serializer(component_name="WebhookChange")
class WebhookChange(Strict):
    url = serializers.RegexField(URL, max_length=LONGEST_URL, required=False)
    events = EventsField(required=False)
    is_active = serializers.BooleanField(required=False, help_text="What happens while it is not is not told later.")


@extend_schema_serializer(component_name="Delivery")
class DeliveryShape(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = [
            *("id", "event", "conversation", "message", "state", "tries", "status", "error", "reason"),
            *("created_at", "next_try_at", "ended_at", "payload"),
        ]
        read_only_fields = fields
        extra_kwargs = {
            "id": {"help_text": "The webhook-id that the receiver sees."},
            "status": {"help_text": "HTTP status of the last answer; null: none came."},
            "payload": {"help_text": "What is sent, without the words that people wrote."},
        }


class DeliveryPage(serializers.Serializer[Any]):
    items = DeliveryShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class DeliveryQuery(PageQuery):
    state = serializers.ChoiceField(choices=Delivery.State.choices, required=False)
    order = serializers.ChoiceField(choices=[NEWEST, OLDEST], required=False, default=NEWEST)
    cursor = IdCursor()


class Discarding(Strict):
    reason = Words(max_length=REASON_LIMIT)
