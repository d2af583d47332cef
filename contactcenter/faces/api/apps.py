from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "contactcenter.faces.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from contactcenter.faces.api import schema  # noqa: F401  its extensions register themselves
