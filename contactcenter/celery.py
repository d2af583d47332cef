"""Celery: courier of work that need not happen inside a request. Arguments are ids; the company travels in a header."""

import logging
import os
from time import perf_counter
from typing import Any

from celery.signals import before_task_publish, setup_logging
from tenant_schemas_celery.app import CeleryApp, get_schema_name_from_task
from tenant_schemas_celery.task import TenantTask

log = logging.getLogger("tasks")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")


class DeclaredTask(TenantTask):  # type: ignore[misc]
    """Runs in the schema of its header, as the table has it, and never in one that an earlier task left behind."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from contactcenter.access.tasks import check_task
        from contactcenter.lib import metrics
        from contactcenter.lib.logs import about
        from tenants import door

        if self.request.called_directly:
            return super().__call__(*args, **kwargs)
        named = get_schema_name_from_task(self, kwargs)
        about.begin(request_id=self.request.get("request_id"), company=named, task_id=self.request.id)
        started, outcome = perf_counter(), "failed"
        try:
            with door.shared():
                schema = check_task(self.name, named)
            with door.tenant(schema):
                result = super().__call__(*args, **kwargs)
            outcome = "done"
            return result
        finally:
            seconds = perf_counter() - started
            metrics.tasks.labels(self.name, outcome).observe(seconds)
            ms = round(1000 * seconds)
            log.info("%s %s %d ms", self.name, outcome, ms, extra={"task": self.name, "ms": ms})


@before_task_publish.connect  # type: ignore[untyped-decorator]
def carry_request_id(headers: dict[str, Any], **_about: Any) -> None:
    from contactcenter.lib.logs import about

    headers.setdefault("request_id", about.request_id())


@setup_logging.connect  # type: ignore[untyped-decorator]
def keep_ours(**_about: Any) -> None:
    """Whoever answers this signal keeps Celery from setting up logs of its own: Django's stay."""


app = CeleryApp("contactcenter", task_cls=DeclaredTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
