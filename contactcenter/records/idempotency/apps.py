from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "contactcenter.records.idempotency"
    default_auto_field = "django.db.models.BigAutoField"
