from django.apps import AppConfig


class WebchatConfig(AppConfig):
    name = "contactcenter.gateways.webchat"
    default_auto_field = "django.db.models.BigAutoField"
