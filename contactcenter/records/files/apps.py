from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "contactcenter.records.files"
    default_auto_field = "django.db.models.BigAutoField"
