"""Ways of reaching a schema that have gone wrong, forbidden wherever they are written (D1 to D4, D9)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["contactcenter", "channels_app", "tenants"]

SWITCHING = {
    "set_tenant",
    "set_schema",
    "set_schema_to_public",
    "schema_context",
    "tenant_context",
    "set_settings_schema",
    "leave_schema",
}
OF_CONNECTION = {"schema_name", "tenant", "search_path_set_schemas"}
# Django's asynchronous twins: each takes a hop of its own, to a thread that may stand elsewhere by then.
TWINS = {
    "aadd", "aaggregate", "aauthenticate", "abulk_create", "abulk_update", "aclear", "acontains", "acount",
    "acreate", "adelete", "aearliest", "aexists", "aexplain", "afirst", "aget", "aget_list_or_404",
    "aget_object_or_404", "aget_or_create", "ain_bulk", "aiterator", "alast", "alatest", "aload", "alogin",
    "alogout", "aprefetch_related_objects", "arefresh_from_db", "aremove", "asave", "aset", "aupdate",
    "aupdate_or_create", "auser",
}  # fmt: skip
HOPS = {"database_sync_to_async", "sync_to_async"}
THREADS = {"ThreadPoolExecutor", "ProcessPoolExecutor", "run_in_executor", "to_thread", "Thread", "Timer"}
ORM = ("django.db", "tenants", *(f"contactcenter.{room}" for room in ("operation", "records", "faces", "gateways")))
# Their threads read no table by themselves: readiness has a plain psycopg connection, the relay's speaks to the broker,
# the lanes' do the door's hops.
THREADS_WITHOUT_ORM = {"contactcenter/health.py", "contactcenter/operation/outbox/relay.py", "channels_app/lanes.py"}
DOOR = "tenants/"
RELAY = "contactcenter/operation/outbox/relay.py"


def sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def name_of(node: ast.expr) -> str:
    """The last word of what is called."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def offences(path: str, tree: ast.Module) -> Iterator[str]:
    reaches_tables = any(module.startswith(ORM) for module in imports(tree)) and path not in THREADS_WITHOUT_ORM
    for node in ast.walk(tree):
        where = f"{path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.ImportFrom | ast.Import):
            for alias in node.names:
                word = alias.name.rpartition(".")[2]
                if word in SWITCHING and not path.startswith(DOOR):
                    yield f"{where} {word}: schemas are switched by tenants.door alone"
                if word in HOPS and not path.startswith((DOOR, "channels_app/")):
                    yield f"{where} {word}: asynchronous code reaches tables by tenants.door.in_tenant or in_shared"
                if word == "get_channel_layer" and not path.startswith(("channels_app/", RELAY)):
                    yield f"{where} {word}: news go by the outbox"
        elif isinstance(node, ast.Attribute) and not path.startswith(DOOR):
            if node.attr in SWITCHING:
                yield f"{where} {node.attr}: schemas are switched by tenants.door alone"
            if node.attr in OF_CONNECTION and name_of(node.value) == "connection":
                yield f"{where} connection.{node.attr}: ask tenants.door.current_schema"
        elif isinstance(node, ast.Call):
            called = name_of(node.func)
            if any(keyword.arg == "thread_sensitive" for keyword in node.keywords) and path != "tenants/door.py":
                yield f"{where} thread_sensitive: such a thread stands in no schema and keeps its connection"
            if called in TWINS:
                yield f"{where} {called}: run the synchronous one by tenants.door"
            if called in THREADS and reaches_tables:
                yield f"{where} {called}: a thread of one's own beside tables"
            if called == "async_to_sync" and any(name_of(argument) == "group_send" for argument in node.args):
                yield f"{where} group_send from synchronous code: write to the outbox"
        elif (
            isinstance(node, ast.Constant)
            and "set search_path" in str(node.value).lower()
            and not path.startswith(DOOR)
        ):
            yield f"{where} search_path by hand"


def test_schemas_are_reached_by_the_door_alone() -> None:
    assert [offence for path, tree in sources() for offence in offences(path, tree)] == []


@pytest.mark.parametrize(
    "line",
    [
        "connection.set_schema('a')",
        "connection.set_tenant(t)",
        "from django_tenants.utils import schema_context",
        "from django_tenants.utils import tenant_context as enter",
        "with django_tenants.utils.schema_context('a'): pass",
        "x = connection.schema_name",
        "connection.schema_name = 'a'",
        "sync_to_async(f, thread_sensitive=False)",
        "from asgiref.sync import sync_to_async",
        "from channels.db import database_sync_to_async",
        "await Model.objects.aget(pk=1)",
        "await row.asave()",
        "import django.db\nThreadPoolExecutor().submit(f)",
        "from tenants import door\nthreading.Thread(target=f)",
        "async_to_sync(layer.group_send)('g', {})",
        "from channels.layers import get_channel_layer",
        "cursor.execute('SET search_path = a')",
    ],
)
def test_the_lint_sees(line: str) -> None:
    assert list(offences("contactcenter/faces/x.py", ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "with tenant('a'): pass",
        "await in_tenant('a', f)",
        "request.tenant",
        "threading.Thread(target=f)",
        "x.schema_name",
    ],
)
def test_the_lint_lets_pass(line: str) -> None:
    assert not list(offences("contactcenter/faces/x.py", ast.parse(line)))


def test_no_model_stands_in_both_lists() -> None:
    """D8: a table that also stood in the shared schema would be read there when the company's is lost."""
    from django.apps import apps
    from django.conf import settings

    def tables(names: list[str]) -> set[str]:
        configs = [config for config in apps.get_app_configs() if config.name in names]
        return {model._meta.db_table for config in configs for model in config.get_models(include_auto_created=True)}

    assert not set(settings.SHARED_APPS) & set(settings.TENANT_APPS)
    assert set(settings.INSTALLED_APPS) == set(settings.SHARED_APPS) | set(settings.TENANT_APPS)
    assert tables(settings.TENANT_APPS)
    assert not tables(settings.SHARED_APPS) & tables(settings.TENANT_APPS)


def test_settings_that_mix_companies_are_off() -> None:
    """D9, D12."""
    from django.conf import settings

    assert settings.SHOW_PUBLIC_IF_NO_TENANT_FOUND is False
    assert settings.CACHES["default"]["KEY_FUNCTION"] == "tenants.cache.make_key"
    assert settings.DATABASES["default"]["ENGINE"] == "tenants.backend"
