from django.apps import AppConfig


class FloorConfig(AppConfig):
    name = "contactcenter.faces.floor"
