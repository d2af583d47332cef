from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "contactcenter.records.webhooks"
    default_auto_field = "django.db.models.BigAutoField"
