from django.urls import path

from contactcenter.faces.api import conversations, customers, docs, webhooks

app_name = "api"
urlpatterns = [
    path("schema/", docs.schema, name="schema"),
    path("docs/", docs.page, name="docs"),
    path("v1/conversations", conversations.Conversations.as_view(), name="conversations"),
    path("v1/conversations/<uuid:conversation_id>", conversations.OneConversation.as_view(), name="conversation"),
    path("v1/conversations/<uuid:conversation_id>/messages", conversations.Messages.as_view(), name="messages"),
    path("v1/conversations/<uuid:conversation_id>/close", conversations.Close.as_view(), name="close"),
    path("v1/customers", customers.Customers.as_view(), name="customers"),
    path("v1/customers/<uuid:customer_id>", customers.OneCustomer.as_view(), name="customer"),
    path("v1/webhooks", webhooks.Webhooks.as_view(), name="webhooks"),
    path("v1/webhooks/<uuid:webhook_id>", webhooks.OneWebhook.as_view(), name="webhook"),
    path("v1/webhooks/<uuid:webhook_id>/secret", webhooks.WebhookSecret.as_view(), name="webhook-secret"),
    path("v1/webhooks/<uuid:webhook_id>/deliveries", webhooks.Deliveries.as_view(), name="deliveries"),
    path(
        "v1/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/replay", webhooks.Replay.as_view(), name="replay"
    ),
    path(
        "v1/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/discard",
        webhooks.Discard.as_view(),
        name="discard",
    ),
]
