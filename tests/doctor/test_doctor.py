"""Each fault that a set-up may have is found, and its line says what to do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from contactcenter.doctor import disk, living, program, setup, stores
from contactcenter.doctor.findings import Finding, Mark
from contactcenter.lib.clock import now
from contactcenter.operation.agents.services import see_sockets
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.outbox.models import Event
from tenants.models import Domain, Tenant

pytestmark = pytest.mark.django_db


def marks(found: Iterable[Finding]) -> str:
    return "".join(finding.mark for finding in found)


def said(found: Iterable[Finding], mark: Mark) -> str:
    lines = [line for finding in found if finding.mark is mark for line in finding.lines()]
    return "\n".join(lines)


def test_python_and_the_packages_of_this_environment_are_as_pinned() -> None:
    assert marks([*program.python(), *program.packages()]) == "✓✓"


def test_packages_that_differ_are_named(tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text("Django==1.0\nno-such-package==2.0\n")
    found = said(program.packages(pins), Mark.WRONG)
    assert "no-such-package missing, not 2.0" in found
    assert "not 1.0" in found


def test_the_stores_of_the_tests_are_well() -> None:
    found = [*stores.postgresql(), *stores.redis_server(), *stores.broker()]
    assert marks(found) == "✓" * 7, found


@pytest.mark.parametrize(
    ("name", "value", "check", "cure"),
    [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none", stores.postgresql, "Start that server or correct"),
        ("DATABASE_URL", "mysql://x", stores.postgresql, "Write postgres://user:password@host:5432/database"),
    ],
)
def test_what_the_start_would_refuse_is_said_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, check: Any, cure: str
) -> None:
    monkeypatch.setitem(os.environ, name, value)
    [finding] = check()
    assert finding.mark is Mark.WRONG
    assert finding.cure.startswith(cure)


def test_a_redis_or_broker_that_is_away(settings: Any) -> None:
    settings.REDIS_URL, settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0", "redis://127.0.0.1:1/1"
    for check in (stores.redis_server, stores.broker):
        [finding] = check()
        assert finding.mark is Mark.WRONG
        assert "Start that server" in finding.cure


@pytest.mark.parametrize(("skew", "mark"), [(0.2, "✓"), (-0.9, "✓"), (1.5, "!"), (-4.0, "!"), (-6.0, "✗"), (3600, "✗")])
def test_clocks_that_differ(skew: float, mark: str) -> None:
    assert stores.clock(skew).mark == mark


@pytest.mark.parametrize(("policy", "mark"), [("noeviction", "✓"), ("allkeys-lru", "✗")])
def test_what_redis_does_when_it_is_full(policy: str, mark: str) -> None:
    class Told:
        def config_get(self, name: str) -> dict[str, str]:
            return {name: policy}

    assert stores.eviction(Told()).mark == mark


def test_a_redis_of_long_ago() -> None:
    assert stores.old_redis("5.0.14") is not None
    assert stores.old_redis("6.2.14") is None


def test_companies_behind_or_fenced_and_a_log_that_can_be_edited() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM borealis.django_migrations WHERE app = 'webhooks'")
        cursor.execute("GRANT UPDATE ON audit_entry TO CURRENT_USER")
    Tenant.objects.filter(schema_name="cumbre").update(fenced_at=now())
    found = said(stores.schemas(), Mark.WRONG)
    assert "Not migrated to this version: borealis\n    manage.py migrate_companies" in found
    assert "Fenced, so closed to everybody: cumbre" in found
    assert "REVOKE UPDATE ON audit_entry FROM CURRENT_USER" in found


def test_keys_and_doors_left_open(settings: Any) -> None:
    assert marks(setup.keys()) == "✓"
    settings.SECRET_KEY, settings.DEBUG, settings.REQUIRE_SECOND_FACTOR = "insecure", True, False
    assert marks(setup.keys()) == "✗✗!"


def test_a_company_without_a_host() -> None:
    assert marks(setup.hosts()) == "✓"
    Domain.objects.filter(tenant__schema_name="aurora").delete()
    assert "No host leads to aurora" in said(setup.hosts(), Mark.WRONG)


@pytest.mark.parametrize(
    ("https", "trusted", "mark"),
    [
        (False, [], "✓"),
        (True, ["127.0.0.1"], "✓"),
        (True, ["10.0.0.0/8", "fd00::/8"], "✓"),
        (True, [], "✗"),
        (True, ["0.0.0.0/0"], "✗"),
        (False, ["::/0"], "✗"),
        (True, ["proxy.example.com"], "✗"),
    ],
)
def test_proxies(settings: Any, https: bool, trusted: list[str], mark: str) -> None:
    settings.HTTPS, settings.TRUSTED_PROXIES = https, trusted
    assert marks(setup.proxies()) == mark


@pytest.mark.parametrize(("https", "hsts", "mark"), [(False, 0, "!"), (True, 31_536_000, "✓"), (True, 0, "!")])
def test_tls(settings: Any, https: bool, hsts: int, mark: str) -> None:
    settings.HTTPS, settings.SECURE_HSTS_SECONDS = https, hsts
    assert marks(setup.tls()) == mark


def test_mail_that_stays_in_the_house_or_is_refused(settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = setup.TO_FILES, "/x/mail"
    assert "files in /x/mail" in said(setup.mail(), Mark.WARNING)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert "Correct EMAIL_URL" in said(setup.mail(), Mark.WRONG)


def test_files_and_backups(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir(mode=0o700)
    assert marks(disk.files(files)) == "✓"
    files.chmod(0o755)
    assert marks(disk.files(files)) == "!✓"
    assert marks(disk.files(tmp_path / "not" / "yet")) == "✓"
    assert not (tmp_path / "not").exists(), "it changes nothing"
    assert "cannot be written to" in said(disk.files(Path("/proc/files")), Mark.WRONG)
    assert marks(disk.backups(tmp_path / "none")) == "!"
    backup = tmp_path / "contactcenter-all-20261128T030000Z.backup.zip"
    backup.touch()
    assert marks(disk.backups(tmp_path)) == "✓"
    old = (now() - timedelta(days=3)).timestamp()
    os.utime(backup, (old, old))
    assert "72 h old" in said(disk.backups(tmp_path), Mark.WARNING)


def test_nobody_lives() -> None:
    outbox.push(name="x", group="g", object_id="1")
    Event.objects.update(next_try_at=now() - timedelta(minutes=2))
    found = said([*living.web(), *living.router(), *living.relay(), *living.beat()], Mark.WRONG)
    for words in ("No web process lives", "No router leads", "waited to be told for 120 s", "beat never ticked"):
        assert words in found


def test_who_lives_is_seen_in_the_tables() -> None:
    see_sockets(process="a:1", keys=[], now=now())
    schedule = IntervalSchedule.objects.create(every=15, period="seconds")
    PeriodicTask.objects.create(name="x", task="x", interval=schedule, last_run_at=now() - timedelta(seconds=20))
    assert marks([*living.web(), *living.relay(), *living.beat()]) == "✓✓✓"
    PeriodicTask.objects.update(last_run_at=now() - timedelta(minutes=5))
    assert "beat ticked 5 minutes ago" in said(living.beat(), Mark.WRONG)


def test_the_command_ends_with_one_where_anything_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", json=True)
    assert ended.value.code == 1
    told = json.loads(capsys.readouterr().out)
    assert {finding["mark"] for finding in told} == {"well", "warning", "wrong"}
    assert all(finding["cure"] for finding in told if finding["mark"] != "well")
