"""Celery: courier of work that need not happen inside a request. Arguments are ids; the company travels in a header."""

import os
from typing import Any

from tenant_schemas_celery.app import CeleryApp, get_schema_name_from_task
from tenant_schemas_celery.task import TenantTask

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")


class DeclaredTask(TenantTask):  # type: ignore[misc]
    """Runs in the schema of its header, as the table has it, and never in one that an earlier task left behind."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from contactcenter.access.tasks import check_task
        from tenants import door

        if self.request.called_directly:
            return super().__call__(*args, **kwargs)
        with door.shared():
            schema = check_task(self.name, get_schema_name_from_task(self, kwargs))
        with door.tenant(schema):
            return super().__call__(*args, **kwargs)


app = CeleryApp("contactcenter", task_cls=DeclaredTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
