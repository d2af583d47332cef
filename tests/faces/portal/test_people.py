"""The company's own people: invited, given another role, let in no more, by its managers; one manager always stays."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from contactcenter.operation.accounts.models import Invitation, Membership, User
from contactcenter.operation.audit.models import Entry
from tests.faces.portal.people import at_home, client_user
from tests.people import company

pytestmark = pytest.mark.django_db
PEOPLE = "/portal/people/"


@pytest.fixture
def maya() -> User:
    return client_user("aurora")


@pytest.fixture
def tom() -> User:
    return client_user("aurora", "viewer", name="Tom Ashby")


@pytest.fixture
def browser(maya: User) -> Client:
    return at_home(maya, "aurora")


def place_of(user: User) -> Membership:
    return Membership.objects.get(user=user, tenant=company("aurora"))


def roles() -> dict[str, tuple[str, bool]]:
    found = Membership.objects.filter(tenant=company("aurora")).select_related("user")
    return {row.user.name.split()[0]: (row.role, row.is_active) for row in found}


def test_invited_and_taken_back(browser: Client, django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        answer = browser.post(PEOPLE + "invite/", {"email": "Ada@Aurora.example", "role": "viewer"})
    assert answer.headers["Location"] == PEOPLE
    assert [letter.to for letter in mail.outbox] == [["ada@aurora.example"]]
    letter = Invitation.objects.get()
    assert (letter.tenant, letter.role) == (company("aurora"), "viewer")
    assert "ada@aurora.example" in browser.get(PEOPLE).content.decode()
    address = f"/portal/invitations/{letter.pk}/take-back/"
    assert browser.post(address).status_code == 302
    assert browser.post(address).status_code == 404, "only once"
    letter.refresh_from_db()
    assert letter.revoked_at is not None


@pytest.mark.parametrize(
    ("email", "role", "told"),
    [
        ("nobody", "viewer", "valid email address"),
        ("ada@aurora.example", "admin", "Select a valid choice"),
        ("maya.manager@aurora.example", "manager", "has that access already"),
    ],
)
def test_an_invitation_that_cannot_be(browser: Client, email: str, role: str, told: str) -> None:
    answer = browser.post(PEOPLE + "invite/", {"email": email, "role": role, "tenant": "2", "is_staff": "1"})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Invitation.objects.exists()


def test_another_role_signs_out_and_counts_at_once(browser: Client, tom: User) -> None:
    at_work = at_home(tom, "aurora")
    assert at_work.get("/portal/hours/edit/").status_code == 403
    assert browser.post(f"{PEOPLE}{place_of(tom).pk}/role/", {"role": "manager"}).status_code == 302
    assert at_work.get("/portal/").status_code == 302
    tom.refresh_from_db()
    assert at_home(tom, "aurora").get("/portal/hours/edit/").status_code == 200
    assert list(Entry.objects.values_list("action", "object_id", "facts")) == [
        ("membership.granted", str(tom.pk), {"role": "manager"})
    ]


def test_removed_and_out_at_once(browser: Client, tom: User) -> None:
    at_work = at_home(tom, "aurora")
    assert at_work.get("/portal/conversations/").status_code == 200
    assert browser.post(f"{PEOPLE}{place_of(tom).pk}/remove/").status_code == 302
    assert at_work.get("/portal/conversations/").status_code in (302, 403)
    assert at_work.get("/portal/conversations/").status_code == 302
    assert roles() == {"Maya": ("manager", True), "Tom": ("viewer", False)}
    assert "Tom Ashby" not in browser.get(PEOPLE).content.decode()
    assert browser.post(f"{PEOPLE}{place_of(tom).pk}/remove/").status_code == 404


@pytest.mark.parametrize("rest", ["role/", "remove/"])
def test_the_last_manager_stays(browser: Client, maya: User, tom: User, rest: str) -> None:
    answer = browser.post(f"{PEOPLE}{place_of(maya).pk}/{rest}", {"role": "viewer"})
    assert answer.status_code == 422
    assert "the last manager" in answer.content.decode()
    assert roles() == {"Maya": ("manager", True), "Tom": ("viewer", True)}
    assert browser.get(PEOPLE).status_code == 200, "and is still signed in"


def test_a_manager_who_is_not_the_last_may_go(browser: Client, maya: User, tom: User) -> None:
    Membership.objects.filter(user=tom).update(role="manager")
    assert browser.post(f"{PEOPLE}{place_of(maya).pk}/role/", {"role": "viewer"}).status_code == 302
    assert roles() == {"Maya": ("viewer", True), "Tom": ("manager", True)}


def test_a_colleague_who_is_deactivated_is_no_manager_that_stays(browser: Client, maya: User, tom: User) -> None:
    Membership.objects.filter(user=tom).update(role="manager")
    User.objects.filter(pk=tom.pk).update(is_active=False)
    assert browser.post(f"{PEOPLE}{place_of(maya).pk}/remove/").status_code == 422


def test_a_viewer_reads_and_changes_nothing(maya: User, tom: User) -> None:
    viewer = at_home(tom, "aurora")
    page = viewer.get(PEOPLE).content.decode()
    assert "Maya Brandt" in page
    assert "invite" not in page
    for address in (
        "invite/",
        f"{place_of(maya).pk}/role/",
        f"{place_of(tom).pk}/role/",
        f"{place_of(maya).pk}/remove/",
    ):
        data = {"role": "manager", "email": "ada@aurora.example"}
        assert viewer.post(PEOPLE + address, data).status_code == 403
    assert roles() == {"Maya": ("manager", True), "Tom": ("viewer", True)}
    assert not Invitation.objects.exists()
