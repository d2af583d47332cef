from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "contactcenter.operation.agents"
    default_auto_field = "django.db.models.BigAutoField"
