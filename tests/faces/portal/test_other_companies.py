"""Nothing of another company: twenty ways in, with equal names and marker strings; foreign and missing answer alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from contactcenter.access.routes import ROUTES
from contactcenter.access.who import CLIENTS, Place, Who
from contactcenter.lib.clock import now
from contactcenter.operation.accounts.invitations import invite
from contactcenter.operation.accounts.models import Invitation, Membership, User
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.audit.services import record
from contactcenter.operation.routing.models import Queue
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import CannedReply, Disposition
from contactcenter.records.files.services import store
from tenants.door import tenant as inside
from tenants.models import Holiday, OpeningHours
from tests.faces.portal.people import at_home, client_user
from tests.people import company, held_chat, make_agent, make_queue
from tests.signed_in import signed_in

pytestmark = pytest.mark.django_db
MISSING_NUMBER = 987_654
REPLIES = {"aurora": 400_001, "borealis": 500_001}  # each a number that is nobody's in the other company


@dataclass
class House:
    """Two companies with the same names in them; every word of the other one carries its marker."""

    manager: User
    browser: Client
    talk: UUID
    file: UUID
    reply: int
    queue: Queue
    person: Membership
    letter: Invitation


def furnish(schema: str) -> House:
    marker = f"MARKER-{schema}"
    ines = make_agent(f"Ines-{marker}", [schema])
    queue = make_queue(schema, f"Only-{marker}", is_default=False)
    item = held_chat(schema, ines, name="Vera Visitor", text=f"{marker} hello")
    manager = client_user(schema, "manager", name=f"Maya {marker}")
    with inside(schema):
        sent = store(
            SimpleUploadedFile(f"{marker}.txt", marker.encode()),
            conversation=item.conversation,
            user=ines.user_id,
            now=now(),
        )
        conversations.reply(
            tenant=company(schema),
            agent=ines,
            conversation_id=item.conversation,
            message_id=uuid4(),
            text="Here",
            files=[sent.pk],
            now=now(),
        )
        reply = CannedReply.objects.create(pk=REPLIES[schema], shortcut="hello", title=marker, text={"en": marker})
        Disposition.objects.get_or_create(key=f"only-{schema}", label={"en": marker})
    Holiday.objects.create(tenant=company(schema), date="2099-12-25", name=marker)
    letter = invite(tenant=company(schema), role="viewer", email=f"ada@{marker.lower()}.example", by=manager, now=now())
    record(
        action=Action.CONVERSATION_READ,
        tenant=company(schema),
        actor=ines.user,
        object_kind="conversation",
        object_id=item.conversation,
        now=now(),
    )
    return House(
        manager=manager,
        browser=at_home(manager, schema),
        talk=item.conversation,
        file=sent.pk,
        reply=reply.pk,
        queue=queue,
        person=Membership.objects.get(user=manager),
        letter=letter,
    )


@pytest.fixture
def own() -> House:
    return furnish("aurora")


@pytest.fixture
def other() -> House:
    return furnish("borealis")


def same(foreign: HttpResponse, missing: HttpResponse) -> None:
    """Nobody can tell what another company has from what nobody has."""
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert dict(foreign.headers) == dict(missing.headers)
    assert b"borealis" not in foreign.content.lower()


READS = [
    ("conversation", "conversations/{talk}/"),
    ("its transcript", "conversations/{talk}/transcript/"),
    ("its file", "conversations/{talk}/files/{file}/"),
    ("its file by an own conversation", "conversations/{own_talk}/files/{file}/"),
    ("a canned reply", "replies/{reply}/"),
]
CHANGES = [
    ("edit a canned reply", "replies/{reply}/"),
    ("retire a canned reply", "replies/{reply}/retire/"),
    ("another role for somebody", "people/{person}/role/"),
    ("remove somebody", "people/{person}/remove/"),
    ("take an invitation back", "invitations/{letter}/take-back/"),
]


def filled(address: str, own: House, found: House | None) -> str:
    ids: dict[str, Any] = {"own_talk": own.talk}
    if found is None:
        ids |= {"talk": uuid4(), "file": uuid4()}
        ids |= dict.fromkeys(("reply", "person", "letter"), MISSING_NUMBER)
    else:
        ids |= {"talk": found.talk, "file": found.file, "reply": found.reply}
        ids |= {"person": found.person.pk, "letter": found.letter.pk}
    return f"/portal/{address.format(**ids)}"


@pytest.mark.parametrize(("what", "address"), READS)
def test_read_by_id(own: House, other: House, what: str, address: str) -> None:
    same(own.browser.get(filled(address, own, other)), own.browser.get(filled(address, own, None)))
    in_fragment = {"hx-request": "true"}
    same(
        own.browser.get(filled(address, own, other), headers=in_fragment),
        own.browser.get(filled(address, own, None), headers=in_fragment),
    )


@pytest.mark.parametrize(("what", "address"), CHANGES)
def test_change_by_id(own: House, other: House, what: str, address: str) -> None:
    before = state_of("borealis")
    data = {"shortcut": "taken", "title": "taken", "text_en": "taken", "role": "viewer"}
    same(own.browser.post(filled(address, own, other), data), own.browser.post(filled(address, own, None), data))
    assert state_of("borealis") == before


def state_of(schema: str) -> list[Any]:
    with inside(schema):
        replies = list(CannedReply.objects.order_by("pk").values_list("pk", "shortcut", "title", "is_active"))
    tenant = company(schema)
    return [
        replies,
        list(Membership.objects.filter(tenant=tenant).values_list("user", "role", "is_active")),
        list(Invitation.objects.filter(tenant=tenant).values_list("pk", "revoked_at")),
        list(OpeningHours.objects.filter(tenant=tenant).values_list("weekday", "opens", "closes")),
        list(Holiday.objects.filter(tenant=tenant).values_list("date", "name")),
        Entry.objects.filter(tenant=tenant).count(),
    ]


PAGES = [
    "",
    "now/",
    "conversations/",
    "conversations.csv",
    "hours/",
    "hours/edit/",
    "replies/",
    "replies/new/",
    "people/",
    "log/",
    "log.csv",
]
SIGNS = ("MARKER-borealis", "marker-borealis", "Borealis", "borealis")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_list_or_export_says_a_word_of_it(own: House, other: House, page: str) -> None:
    """Asked plainly, and with every parameter that might name a company or one of its things."""
    naming = {
        "tenant": "borealis",
        "company": "borealis",
        "schema": "borealis",
        "host": "borealis.localhost",
        "tenant_id": str(company("borealis").pk),
    }
    for query in ({}, naming):
        answer = own.browser.get(f"/portal/{page}", query)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert [sign for sign in SIGNS if sign in text] == []
        assert answer.headers["Cache-Control"] == "private, no-store"


def told(own: House, page: str, name: str, value: str) -> str:
    """The page without what was asked for and what each page has of its own."""
    answer = own.browser.get(f"/portal/{page}", {name: value})
    assert answer.status_code == 200
    text = re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value|nonce)="[^"]*"', "", answer.content.decode())
    return text.replace(value, "")


@pytest.mark.parametrize(
    ("name", "foreign", "missing"),
    [
        ("queue", "only-marker-borealis", "only-marker-nobody"),
        ("agent", "Ines-MARKER-borealis", "Ines-MARKER-nobody"),
        ("outcome", "only-borealis", "only-nobody"),
    ],
)
def test_filters_by_things_of_another_company(own: House, other: House, name: str, foreign: str, missing: str) -> None:
    pages = [told(own, "conversations/", name, value) for value in (foreign, missing)]
    assert pages[0] == pages[1]
    assert "Vera Visitor" not in pages[0]


def test_the_log_filtered_by_a_person_of_another_company(own: House, other: House) -> None:
    assert told(own, "log/", "who", str(other.manager.pk)) == told(own, "log/", "who", str(MISSING_NUMBER))


def test_cursors_of_another_company(own: House, other: House) -> None:
    """They only cut the own list."""
    text = own.browser.get("/portal/conversations/", {"before": str(other.talk)}).content.decode()
    assert "MARKER-borealis" not in text
    text = own.browser.get("/portal/log/", {"before": "999999999"}).content.decode()
    assert "MARKER-borealis" not in text


@pytest.mark.parametrize("page", [*PAGES, "conversations/{talk}/", "conversations/{talk}/files/{file}/"])
def test_a_session_of_one_company_on_anothers_host(own: House, other: House, page: str) -> None:
    """Neither as it is nor as a session that says it was made there."""
    address = f"/portal/{page.format(talk=other.talk, file=other.file)}"
    carried = Client(headers={"host": "borealis.localhost"})
    carried.cookies[settings.SESSION_COOKIE_NAME] = own.browser.cookies[settings.SESSION_COOKIE_NAME].value
    forged = signed_in(own.manager, host="borealis.localhost")
    for browser in (carried, forged):
        answer = browser.get(address)
        assert answer.status_code in (302, 403)
        assert b"MARKER" not in answer.content


def test_a_host_that_is_only_said(own: House, other: House) -> None:
    """The session's host is the company's; what a header in front of it claims changes nothing."""
    for header in ("x-forwarded-host", "forwarded", "x-host", "x-tenant"):
        answer = own.browser.get(f"/portal/conversations/{other.talk}/", headers={header: "borealis.localhost"})
        assert answer.status_code == 404
    assert own.browser.get("/portal/", headers={"host": "localhost"}).status_code == 404
    assert own.browser.get("/portal/", headers={"host": "nobody.localhost"}).status_code == 404


@pytest.mark.parametrize("role", ["agent", "supervisor", "admin"])
def test_staff_have_no_portal(own: House, other: House, role: str) -> None:
    staff = User.objects.create_user(f"{role}@bpo.example", None, name="Staff", role=role)
    answer = signed_in(staff, host="aurora.localhost").get(f"/portal/conversations/{own.talk}/")
    assert answer.status_code in (302, 403)
    assert b"MARKER" not in answer.content


def test_of_two_companies_only_the_one_whose_host_it_is(own: House, other: House) -> None:
    Membership.objects.create(user=own.manager, tenant=company("borealis"), role="viewer")
    assert own.browser.get(f"/portal/conversations/{other.talk}/").status_code == 404
    there = at_home(own.manager, "borealis")
    assert there.get(f"/portal/conversations/{other.talk}/").status_code == 200
    assert there.get(f"/portal/conversations/{own.talk}/").status_code == 404
    assert there.get("/portal/hours/edit/").status_code == 403, "a manager at home, a viewer here"


def test_where_a_right_has_ended(own: House) -> None:
    Membership.objects.filter(user=own.manager).update(is_active=False)
    for page in PAGES:
        assert own.browser.get(f"/portal/{page}").status_code in (302, 403)


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == "portal":
            yield from (f"portal:{found.name}" for found in pattern.url_patterns)


def test_what_changes_something_is_for_managers_and_the_rest_for_both() -> None:
    changing = {
        "portal:hours-edit",
        "portal:reply-new",
        "portal:reply-edit",
        "portal:reply-retire",
        "portal:invite",
        "portal:person-role",
        "portal:person-remove",
        "portal:take-back",
    }
    table = ROUTES[Place.COMPANY]
    found = set(names(get_resolver(settings.ROOT_URLCONF).url_patterns))
    assert {name for name in found if table[name] == {Who.MANAGER}} == changing
    assert {name for name in found if table[name] == CLIENTS} == found - changing
