"""A company whose migration failed: people read that it is being updated, nothing of ours reads its tables, and the
other companies notice nothing.
"""

from __future__ import annotations

import threading

import psycopg
import pytest
from django.db import connection
from django.test import Client

from contactcenter import health
from contactcenter.access.tasks import UndeclaredTask, check_task
from contactcenter.faces.desk.snapshot import snapshot
from contactcenter.lib.clock import now
from contactcenter.operation.routing.picture import Picture
from tenants.door import in_shared
from tenants.migrating import fence
from tenants.migrating.migrator import Result
from tenants.models import Tenant
from tests.people import held_chat, make_agent
from tests.webchat import Widget, give_widget, start

FAILED = Result("aurora", 1, "DuplicateColumn, SQLSTATE 42701")


def put_up() -> None:
    fence.ended(FAILED, "files.0002", now())


def take_down() -> None:
    fence.ended(Result("aurora", 1), "files.0002", now())


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/widget/frame/", "/accounts/login/", "/no/such/page"])
def test_its_hosts_say_that_it_is_being_updated(path: str) -> None:
    before = Client().get(path, headers={"host": "borealis.localhost"}).status_code
    put_up()
    answer = Client().get(path, headers={"host": "aurora.localhost", "accept-language": "es-MX,es;q=0.9"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Este servicio se está actualizando" in answer.content.decode()
    assert "Aurora" not in answer.content.decode()
    assert Client().get(path, headers={"host": "borealis.localhost"}).status_code == before
    take_down()
    assert Client().get(path, headers={"host": "aurora.localhost"}).status_code == before


@pytest.mark.django_db
def test_a_script_reads_it_as_json_and_the_page_has_its_looks() -> None:
    put_up()
    answer = Client().post("/widget/start/", headers={"host": "aurora.localhost", "accept": "application/json"})
    assert answer.status_code == 503
    assert answer.json()["error"] == "This service is being updated"
    assert Client().get("/static/css/errors.css", headers={"host": "aurora.localhost"}).status_code == 200


@pytest.mark.django_db
def test_the_desk_goes_on_without_it() -> None:
    ines = make_agent("Inés", ["aurora", "borealis"])
    held_chat("aurora", ines, name="Ana")
    held_chat("borealis", ines, name="Boris")
    put_up()
    with connection.cursor() as cursor:  # so far is it from what this program expects
        cursor.execute("DROP TABLE aurora.conversations_note CASCADE")
    whole = snapshot(ines, now())
    assert set(whole["companies"]) == {"borealis"}
    assert [card["customer"] for card in whole["items"]] == ["Boris"]
    assert whole["me"]["capacity"]["chat"]["used"] == 2, "her conversation stays hers"


@pytest.mark.django_db
def test_its_work_waits_and_its_tasks_do_not_run() -> None:
    ines = make_agent("Inés", ["aurora", "borealis"])
    assert check_task("files.sweep", "aurora") == "aurora"
    put_up()
    picture = Picture()
    picture.read_all()
    borealis = Tenant.objects.get(schema_name="borealis")
    assert picture.agents[ines.pk].tenants == {borealis.pk}
    with pytest.raises(UndeclaredTask):
        check_task("files.sweep", "aurora")


@pytest.mark.django_db
def test_failing_again_keeps_the_time_of_the_first_and_an_inactive_one_stays_inactive() -> None:
    put_up()
    first = Tenant.objects.get(schema_name="aurora").fenced_at
    put_up()
    assert Tenant.objects.get(schema_name="aurora").fenced_at == first
    Tenant.objects.filter(schema_name="aurora").update(is_active=False)
    take_down()
    company = Tenant.objects.get(schema_name="aurora")
    assert (company.is_active, company.is_served, company.fenced_at) == (False, False, None)


def test_the_house_is_ready_without_it(committed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrations_were_current", threading.Event())
    with psycopg.connect(committed, autocommit=True) as direct:
        direct.execute("DELETE FROM aurora.django_migrations WHERE app = 'files'")
        assert not health._all_applied(direct)
        put_up()
        assert health._all_applied(direct)


async def test_open_sockets_are_sent_away_to_come_back_and_new_ones_too(committed: str) -> None:
    token = await in_shared(begin)
    widget = Widget(token)
    await widget.open()
    await in_shared(put_up)
    await widget.send("heartbeat", rev=0)
    assert await widget.closed() == 4012
    late = Widget(token)
    assert await late.connect()
    assert await late.closed() == 4012
    await in_shared(take_down)
    again = Widget(token)
    await again.open()
    await again.leave()


def begin() -> str:
    give_widget("aurora")
    return str(start("aurora")["token"])
