from django.apps import AppConfig


class AdminFaceConfig(AppConfig):
    name = "contactcenter.faces.admin"
    label = "admin_face"  # "admin" is Django's own

    def ready(self) -> None:
        from contactcenter.faces.admin import companies, names, oversight, people, widgets, work
        from contactcenter.faces.admin.records import conversations, customers

        names.put_in_place()
        assert all((companies, oversight, people, widgets, work, conversations, customers))  # imported: registered
