"""A company that is not the demo's gets a chat by one command, and keeps what it had when it is given again."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from contactcenter.operation.routing.models import Queue
from contactcenter.records.conversations.models import Disposition
from tenants.door import tenant
from tenants.models import Endpoint

pytestmark = pytest.mark.django_db
SITE = "https://www.cumbre.example"


def test_it_prints_the_line_and_the_chat_answers() -> None:
    out = StringIO()
    call_command("open_chat", "cumbre", "--origin", SITE, stdout=out)
    assert '<script src="http://cumbre.localhost' in out.getvalue()
    frame = Client().get("/widget/", HTTP_HOST="cumbre.localhost")
    assert frame.status_code == 200
    assert f"frame-ancestors {SITE}" in frame.headers["Content-Security-Policy"]
    with tenant("cumbre"):
        assert list(Disposition.objects.values_list("key", flat=True)) == ["handled", "passed-on"]


def test_given_again_it_changes_the_origins_alone() -> None:
    call_command("open_chat", "cumbre", "--origin", SITE, "--queue", "Orders", stdout=StringIO())
    before = Endpoint.objects.get(tenant__schema_name="cumbre", channel="chat").settings
    call_command("open_chat", "cumbre", "--origin", "https://other.example", "--queue", "Else", stdout=StringIO())
    after = Endpoint.objects.get(tenant__schema_name="cumbre", channel="chat").settings
    assert after == before | {"origins": ["https://other.example"]}
    assert Queue.objects.get(tenant__schema_name="cumbre", channel="chat").name == "Orders"


def test_a_wrong_origin_is_named_and_nothing_is_changed() -> None:
    err = StringIO()
    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("open_chat", "cumbre", "--origin", "www.cumbre.example/shop", stderr=err)
    assert err.getvalue().startswith("origins: ")
    assert not Endpoint.objects.filter(tenant__schema_name="cumbre").exists()


def test_an_unknown_company_is_refused() -> None:
    with pytest.raises(CommandError, match="no company has the schema 'nobody'"):
        call_command("open_chat", "nobody", "--origin", SITE)
