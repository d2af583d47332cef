from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "contactcenter.operation.outbox"
    default_auto_field = "django.db.models.BigAutoField"
