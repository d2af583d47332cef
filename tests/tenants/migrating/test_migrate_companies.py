"""Every company is brought to the new version, whatever happens to one of them or to the command itself."""

from __future__ import annotations

import io
import threading
import time

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import translation

from contactcenter.lib.clock import now
from tenants.door import shared
from tenants.fingerprint import companies_that_differ
from tenants.migrating import fence, migrator, run, template
from tenants.migrating.migrator import Migrator, Result
from tenants.migrating.versions import TEMPLATE
from tenants.models import SchemaMigration, Tenant
from tenants.services import create_tenant
from tests.companies import COMPANIES
from tests.tenants.migrating.newer import Newer, columns, more_companies, records, schemas
from tests.tenants.test_create_tenant import DELTA, traces

ALL = {*COMPANIES, TEMPLATE}


def states() -> dict[str, str]:
    with shared():
        return dict(SchemaMigration.objects.values_list("schema", "status"))


def fenced() -> set[str]:
    with shared():
        return set(Tenant.objects.exclude(fenced_at=None).values_list("schema_name", flat=True))


def spoil(database: str, *names: str) -> None:
    """The column is there already, by somebody's hand: the migration that adds it fails."""
    with psycopg.connect(database, autocommit=True) as direct:
        for name in names:
            direct.execute(f"ALTER TABLE {name}.files_storedfile ADD COLUMN colour text")  # type: ignore[arg-type]


def mend(database: str, *names: str) -> None:
    with psycopg.connect(database, autocommit=True) as direct:
        for name in names:
            direct.execute(f"ALTER TABLE {name}.files_storedfile DROP COLUMN colour")  # type: ignore[arg-type]


@pytest.mark.slow
def test_all_get_the_column_and_the_second_time_there_is_nothing_to_do(newer: Newer) -> None:
    assert columns(newer.database) == set()
    assert "4 schemas migrated, 0 companies had nothing to do" in newer.migrate()
    assert columns(newer.database) == records(newer.database) == ALL
    assert {name: states()[name] for name in COMPANIES} == dict.fromkeys(COMPANIES, "done")
    assert companies_that_differ() == {}
    assert "0 schemas migrated, 3 companies had nothing to do" in newer.migrate()


@pytest.mark.slow
def test_one_that_fails_is_fenced_and_the_others_go_on(newer: Newer) -> None:
    spoil(newer.database, "borealis")
    output = newer.migrate(code=1)
    assert "borealis failed: DuplicateColumn, SQLSTATE 42701" in output
    assert records(newer.database) == ALL - {"borealis"}
    assert fenced() == {"borealis"}
    assert {name: states()[name] for name in COMPANIES} == {"aurora": "done", "borealis": "failed", "cumbre": "done"}
    newer.migrate(allow_fenced=True)  # for a start of the product: the others can be served
    mend(newer.database, "borealis")
    newer.migrate()
    assert records(newer.database) == ALL
    assert fenced() == set()
    assert states()["borealis"] == "done"


def test_one_mended_by_hand_is_let_in_again(committed: str) -> None:
    fence.ended(Result("borealis", 1, "what went wrong"), "", now())
    assert (fenced(), states()["borealis"]) == ({"borealis"}, "failed")
    told = io.StringIO()
    call_command("migrate_companies", stdout=told)
    assert "borealis is no longer fenced" in told.getvalue()
    assert (fenced(), states()["borealis"]) == (set(), "done")


@pytest.mark.slow
def test_when_most_canaries_fail_the_rest_is_left_alone(newer: Newer) -> None:
    more_companies(5)  # eight in all: aurora, borealis, cumbre, firm00 and firm01 are the canaries
    spoil(newer.database, "aurora", "cumbre", "firm00")
    output = newer.migrate(code=2)
    assert "3 of the first 5 companies failed" in output and "3 others were left as they are" in output
    assert records(newer.database) == {TEMPLATE, "borealis", "firm01"}
    assert fenced() == {"aurora", "cumbre", "firm00"}


@pytest.mark.slow
def test_half_of_the_canaries_is_not_most_of_them(newer: Newer) -> None:
    more_companies(1)
    spoil(newer.database, "aurora", "cumbre")
    newer.migrate(code=1)
    assert records(newer.database) == {TEMPLATE, "borealis", "firm00"}


@pytest.mark.slow
def test_what_fails_in_the_template_touches_no_company(newer: Newer) -> None:
    spoil(newer.database, TEMPLATE)
    assert "Stopped. cc_template: DuplicateColumn" in newer.migrate(code=2)
    assert records(newer.database) == set()
    assert fenced() == set()


@pytest.mark.slow
def test_a_table_in_use_is_waited_for_without_holding_up_those_behind(newer: Newer) -> None:
    waits: list[float] = []
    freed = threading.Event()

    def visit() -> None:
        """Somebody who reads the table all the while: behind the migration, which waits for the lock."""
        with psycopg.connect(newer.database, autocommit=True) as reader:
            while not freed.is_set():
                started = time.monotonic()
                reader.execute("SELECT count(*) FROM aurora.files_storedfile")
                waits.append(time.monotonic() - started)
                if waits[-1] > 1.5:  # the first try has waited its two seconds
                    holder.rollback()
                    freed.set()
                time.sleep(0.02)

    with psycopg.connect(newer.database) as holder:
        holder.execute("LOCK TABLE aurora.files_storedfile IN ACCESS SHARE MODE")
        visitor = threading.Thread(target=visit)
        visitor.start()
        try:
            result = Migrator().bring_up("aurora")
        finally:
            freed.set()
            visitor.join()
    assert (result.failed, result.tries) == (False, 2)
    assert 1.5 < max(waits) < 4, "two seconds, on a busy machine"
    assert columns(newer.database) == {"aurora"}


@pytest.mark.slow
def test_a_table_that_never_comes_free(newer: Newer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrator, "FIRST_PAUSE_SECONDS", 0.01)
    with psycopg.connect(newer.database) as holder:
        holder.execute("LOCK TABLE aurora.files_storedfile IN ACCESS SHARE MODE")
        started = time.monotonic()
        result = Migrator().bring_up("aurora")
        assert 12 <= time.monotonic() - started < 20  # six times two seconds
    assert result == Result("aurora", 6, "LockNotAvailable, SQLSTATE 55P03, in files.0002_test")
    assert columns(newer.database) == set()


def test_a_lost_connection_is_made_anew(newer: Newer) -> None:
    newer.write("""
    operations = [
        migrations.RunSQL("SELECT pg_terminate_backend(pg_backend_pid()) WHERE to_regclass('once') IS NOT NULL"),
        migrations.RunSQL("SELECT 1"),
    ]
""")
    with psycopg.connect(newer.database, autocommit=True) as direct:
        direct.execute("CREATE TABLE public.once (id int)")

        def forget(done: int, total: int, name: str) -> None:
            if tries:
                direct.execute("DROP TABLE IF EXISTS public.once")
            tries.append(name)

        tries: list[str] = []
        result = Migrator().bring_up("aurora", forget)
    assert (result.failed, result.tries) == (False, 2)
    assert records(newer.database) == {"aurora"}


def test_the_record_of_an_error_quotes_nobody(newer: Newer) -> None:
    newer.write('    operations = [migrations.RunSQL("SELECT name::int FROM customers_customer")]\n')
    with psycopg.connect(newer.database, autocommit=True) as direct:
        direct.execute(
            "INSERT INTO aurora.customers_customer (id, name, name_key, language, timezone, created_at) "
            "VALUES (gen_random_uuid(), 'Eulalia Roig', '', '', '', now())"
        )
    result = Migrator().bring_up("aurora")
    assert result == Result("aurora", 1, "InvalidTextRepresentation, SQLSTATE 22P02, in files.0002_test")


CONCURRENT = """
    atomic = False
    operations = [AddIndexConcurrently("storedfile", models.Index(fields=["size"], name="file_size"))]
"""


@pytest.mark.slow
def test_an_index_beside_the_work(newer: Newer) -> None:
    newer.write(CONCURRENT)
    with psycopg.connect(newer.database, autocommit=True) as direct:  # as a kill before the record leaves it
        direct.execute("CREATE INDEX CONCURRENTLY file_size ON aurora.files_storedfile (size)")
    newer.migrate()
    indexed = schemas(newer.database, "SELECT schemaname FROM pg_indexes WHERE indexname = 'file_size'")
    assert indexed == records(newer.database) == ALL
    assert companies_that_differ() == {}
    create_tenant(DELTA)  # gets it in its one transaction
    assert companies_that_differ() == {}


def test_nothing_else_goes_without_a_transaction(newer: Newer) -> None:
    newer.write("    atomic = False\n    operations = [migrations.RunSQL('SELECT 1')]\n")
    assert "atomic = False is only for AddIndexConcurrently" in Migrator().bring_up("aurora").error
    assert records(newer.database) == set()


def test_only_one_at_a_time(committed: str) -> None:
    with psycopg.connect(committed) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [run.LOCK])
        with pytest.raises(CommandError) as caught:
            call_command("migrate_companies", verbosity=0)
    assert caught.value.returncode == 3


def test_no_company_is_made_from_a_template_on_the_move(committed: str) -> None:
    with psycopg.connect(committed) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [template.LOCK])
        with translation.override("en"), pytest.raises(ValidationError, match="being migrated"):
            create_tenant(DELTA)
    assert not traces()


@pytest.mark.parametrize(
    "command",
    ["migrate", "migrate_schemas", "create_missing_schemas", "clone_tenant", "delete_tenant", "rename_schema"],
)
def test_commands_that_would_harm_point_to_the_right_one(command: str) -> None:
    with pytest.raises(CommandError, match="not used here"):
        call_command(command)
