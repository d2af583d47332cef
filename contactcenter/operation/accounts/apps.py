from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "contactcenter.operation.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from contactcenter.operation.accounts import signals  # noqa: F401
