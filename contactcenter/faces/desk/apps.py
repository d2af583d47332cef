from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "contactcenter.faces.desk"
    default_auto_field = "django.db.models.BigAutoField"
