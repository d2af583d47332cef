from django.apps import AppConfig


class WebhookSenderConfig(AppConfig):
    name = "contactcenter.gateways.webhooks"
    label = "webhook_sender"
    default_auto_field = "django.db.models.BigAutoField"
