from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "contactcenter.operation.routing"
    default_auto_field = "django.db.models.BigAutoField"
