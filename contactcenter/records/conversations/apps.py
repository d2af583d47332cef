from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "contactcenter.records.conversations"
    default_auto_field = "django.db.models.BigAutoField"
