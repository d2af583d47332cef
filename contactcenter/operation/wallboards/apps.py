from django.apps import AppConfig


class WallboardsConfig(AppConfig):
    name = "contactcenter.operation.wallboards"
    default_auto_field = "django.db.models.BigAutoField"
