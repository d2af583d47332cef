"""Celery: courier of work that need not happen inside a request. Arguments are ids; the company travels in a header."""

import os

from tenant_schemas_celery.app import CeleryApp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")

app = CeleryApp("contactcenter")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
