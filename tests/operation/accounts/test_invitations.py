"""Invitations: for one address, one role, one company, once, for 72 hours."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client, TestCase

from contactcenter.lib.clock import now
from contactcenter.operation.accounts import invitations, services
from contactcenter.operation.accounts.invitations import (
    NoInvitation,
    accept_invitation,
    find_invitation,
    invitations_of,
    invite,
    revoke_invitation,
)
from contactcenter.operation.accounts.models import Invitation, Membership, User
from contactcenter.operation.accounts.services import NotAllowed
from contactcenter.operation.audit.models import Entry
from tenants.models import Domain, Tenant
from tests.signed_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_counts_of_before")]
PASSWORD = "a long walk on the beach"
ADDRESS = "tom@aurora.example"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada() -> User:
    return User.objects.create(email="ada@bpo.example", name="Ada", role="admin")


@pytest.fixture
def aurora() -> Tenant:
    return Tenant.objects.get(schema_name="aurora")


@pytest.fixture
def borealis() -> Tenant:
    return Tenant.objects.get(schema_name="borealis")


@pytest.fixture
def maya(aurora: Tenant) -> User:
    return client_user("maya@aurora.example", aurora, "manager")


def client_user(email: str, tenant: Tenant, role: str) -> User:
    user = User.objects.create_user(email, PASSWORD, name="Maya")
    Membership.objects.create(user=user, tenant=tenant, role=role)
    return user


def letter(
    tenant: Tenant | None, by: User, *, role: str = "viewer", email: str = ADDRESS, at: datetime | None = None
) -> str:
    """Sends one; gives the key that stands in it."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        invite(tenant=tenant, role=role, email=email, by=by, now=at or now())
    return link_of(mail.outbox[-1]).rsplit("/", 2)[1]


def link_of(message: Any) -> str:
    found = re.search(r"http\S+", message.body)
    assert found
    return found[0]


def accept(tenant: Tenant | None, token: str, **more: Any) -> User:
    more = {"email": ADDRESS, "name": "Tom Ashby", "password": PASSWORD, "now": now(), **more}
    return accept_invitation(tenant=tenant, token=token, **more)


def page(host: str, token: str, browser: Client | None = None, **fields: str) -> Any:
    browser = browser or Client(headers={"host": host})
    path = f"/accounts/invitation/{token}/"
    return browser.post(path, fields) if fields else browser.get(path)


# The letter ----------------------------------------------------------------------------------------------------------


def test_the_letter_leads_to_the_stored_host_and_says_no_more_than_needed(aurora: Tenant, maya: User) -> None:
    Domain.objects.create(tenant=aurora, domain="chat.aurora.example", is_primary=False)
    token = letter(aurora, maya)
    [message] = mail.outbox
    assert message.to == [ADDRESS]
    assert link_of(message) == f"http://aurora.localhost:{settings.PORT}/accounts/invitation/{token}/"
    assert message.subject == "Your access to Aurora Travel"
    assert "Maya" not in message.body
    assert message.alternatives == []
    assert len(token) >= 43, "256 bits in base64"


def test_the_staffs_leads_to_the_shared_host(ada: User) -> None:
    letter(None, ada, role="agent", email="new@bpo.example")
    assert link_of(mail.outbox[0]).startswith(f"http://localhost:{settings.PORT}/accounts/invitation/")


def test_it_is_written_in_the_companys_language(aurora: Tenant, maya: User) -> None:
    Tenant.objects.filter(pk=aurora.pk).update(languages=["es", "en"])
    letter(Tenant.objects.get(pk=aurora.pk), maya)
    assert mail.outbox[0].subject == "Su acceso a Aurora Travel"


def test_the_key_is_kept_as_its_hash_alone(aurora: Tenant, maya: User) -> None:
    tokens = {letter(aurora, maya, email=f"p{n}@aurora.example") for n in range(5)}
    assert len(tokens) == 5
    kept = set(Invitation.objects.values_list("token_hash", flat=True))
    assert kept == {sha256(token.encode()).hexdigest() for token in tokens}
    assert not any(token in str(list(Entry.objects.values())) for token in tokens)


def test_a_letter_that_could_not_be_sent_is_seen_in_the_list(
    aurora: Tenant, maya: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter(aurora, maya)

    def refuse(*args: Any) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(invitations, "send_mail", refuse)
    with TestCase.captureOnCommitCallbacks(execute=True):
        invite(tenant=aurora, role="viewer", email="other@aurora.example", by=maya, now=now())
    newest, before = invitations_of(tenant=aurora, by=maya)
    assert (newest.mailed_at is None, before.mailed_at is None) == (True, False)


# Who may -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["agent", "supervisor", ""])
def test_only_admins_invite_staff(role: str, aurora: Tenant, maya: User) -> None:
    sam = User.objects.create(email="sam@bpo.example", name="Sam", role=role)
    gone = User.objects.create(email="old@bpo.example", name="Old", role="admin", is_active=False)
    for by in (sam, gone, maya):
        with pytest.raises(NotAllowed):
            invite(tenant=None, role="agent", email=ADDRESS, by=by, now=now())
    with pytest.raises(NotAllowed):
        invite(tenant=aurora, role="viewer", email=ADDRESS, by=sam, now=now())


def test_a_companys_manager_invites_to_that_company_alone(aurora: Tenant, borealis: Tenant, maya: User) -> None:
    viewer = client_user("tina@aurora.example", aurora, "viewer")
    former = client_user("former@aurora.example", aurora, "manager")
    Membership.objects.filter(user=former).update(is_active=False)
    for by, tenant in ((maya, borealis), (viewer, aurora), (former, aurora)):
        with pytest.raises(NotAllowed):
            invite(tenant=tenant, role="viewer", email=ADDRESS, by=by, now=now())
        with pytest.raises(NotAllowed):
            invitations_of(tenant=tenant, by=by)
    assert not mail.outbox
    with pytest.raises(ValidationError) as refused:
        invite(tenant=aurora, role="admin", email=ADDRESS, by=maya, now=now())
    assert refused.value.message_dict.keys() == {"role"}


@pytest.mark.parametrize("email", ["", "tom", "tom@", "a@b.example\nBcc: x@evil.example", "a@b.example, c@d.example"])
def test_an_address_that_is_none_is_refused_at_its_field(email: str, aurora: Tenant, maya: User) -> None:
    with pytest.raises(ValidationError) as refused:
        invite(tenant=aurora, role="viewer", email=email, by=maya, now=now())
    assert refused.value.message_dict.keys() == {"email"}


def test_who_has_it_already_needs_no_letter(aurora: Tenant, maya: User, ada: User) -> None:
    for tenant, role, email in ((aurora, "manager", maya.email), (None, "agent", "ADA@bpo.example")):
        with pytest.raises(ValidationError) as refused:
            invite(tenant=tenant, role=role, email=email, by=ada, now=now())
        assert refused.value.message_dict.keys() == {"email"}


def test_fifty_an_hour(aurora: Tenant, maya: User) -> None:
    at = now()
    for n in range(50):
        invite(tenant=aurora, role="viewer", email=f"p{n}@aurora.example", by=maya, now=at)
    with pytest.raises(ValidationError):
        invite(tenant=aurora, role="viewer", email=ADDRESS, by=maya, now=at + timedelta(minutes=59))
    invite(tenant=aurora, role="viewer", email=ADDRESS, by=maya, now=at + timedelta(minutes=61))


# Accepting it --------------------------------------------------------------------------------------------------------


def test_a_new_person_gets_an_account_and_the_place(aurora: Tenant, maya: User) -> None:
    token = letter(aurora, maya, role="manager", email=" Tom@Aurora.example ")
    user = accept(aurora, token)
    assert (user.email, user.name, user.role, user.check_password(PASSWORD)) == (ADDRESS, "Tom Ashby", "", True)
    assert Membership.objects.get(user=user, tenant=aurora).role == "manager"
    invitation = Invitation.objects.get()
    assert (invitation.accepted_by, invitation.state_at(now())) == (user, "accepted")
    told = list(Entry.objects.filter(tenant=aurora).order_by("sequence").values_list("action", "actor"))
    assert told == [("person.invited", maya.pk), ("invitation.accepted", user.pk)]


def test_staff_get_their_role(ada: User) -> None:
    token = letter(None, ada, role="supervisor", email="new@bpo.example")
    user = accept(None, token, email="new@bpo.example")
    assert user.role == "supervisor"
    assert not Membership.objects.filter(user=user).exists()


def test_once(aurora: Tenant, maya: User) -> None:
    token = letter(aurora, maya)
    accept(aurora, token)
    with pytest.raises(NoInvitation):
        accept(aurora, token)
    with pytest.raises(NoInvitation):
        find_invitation(tenant=aurora, token=token, now=now())


@pytest.mark.parametrize(("hours", "good"), [(0, True), (71.99, True), (72, False), (72.01, False), (24 * 365, False)])
def test_for_72_hours(hours: float, good: bool, aurora: Tenant, maya: User) -> None:
    at = now()
    token = letter(aurora, maya, at=at)
    later = at + timedelta(hours=hours)
    if good:
        accept(aurora, token, now=later)
        return
    with pytest.raises(NoInvitation):
        accept(aurora, token, now=later)
    assert Invitation.objects.get().state_at(later) == "expired"


def test_in_another_company_for_another_address_or_unknown_it_is_refused_alike(
    aurora: Tenant, borealis: Tenant, maya: User, ada: User
) -> None:
    token = letter(aurora, maya)
    tom = User.objects.create_user("other@aurora.example", PASSWORD, name="Other")
    tries: list[Any] = [
        lambda: accept(borealis, token),
        lambda: accept(None, token),
        lambda: accept(aurora, token, email="other@aurora.example"),
        lambda: accept(aurora, token, by=tom),
        lambda: accept(aurora, token + "x"),
        lambda: accept(aurora, ""),
        lambda: accept(aurora, sha256(token.encode()).hexdigest()),
    ]
    for attempt in tries:
        with pytest.raises(NoInvitation), transaction.atomic():
            attempt()
    pages = [
        page("borealis.localhost", token),
        page("localhost", token),
        page("aurora.localhost", "x"),
        page("aurora.localhost", token, signed_in(ada, host="aurora.localhost")),
    ]
    assert {answer.status_code for answer in pages[:3]} == {404}
    assert len({re.sub(r"Aurora Travel|Borealis Bank", "", text_of(answer)) for answer in pages[1:3]}) == 1
    accept(aurora, token)


def text_of(answer: Any) -> str:
    return re.search(r'<div class="sign-in">(.*?)</div>\n', answer.content.decode(), re.DOTALL)[1]  # type: ignore[index]


def test_taken_back(aurora: Tenant, borealis: Tenant, maya: User, ada: User) -> None:
    token = letter(aurora, maya)
    invitation = Invitation.objects.get()
    with pytest.raises(NotAllowed):
        revoke_invitation(tenant=borealis, invitation_id=invitation.pk, by=maya, now=now())
    with pytest.raises(NoInvitation):
        revoke_invitation(tenant=borealis, invitation_id=invitation.pk, by=ada, now=now())
    revoke_invitation(tenant=aurora, invitation_id=invitation.pk, by=maya, now=now())
    with pytest.raises(NoInvitation):
        accept(aurora, token)
    with pytest.raises(NoInvitation):
        revoke_invitation(tenant=aurora, invitation_id=invitation.pk, by=maya, now=now())
    assert Invitation.objects.get().state_at(now()) == "revoked"
    assert Entry.objects.filter(action="invitation.revoked", tenant=aurora, actor=maya).count() == 1


def test_a_second_letter_replaces_the_first(aurora: Tenant, maya: User) -> None:
    first, second = letter(aurora, maya), letter(aurora, maya, role="manager")
    with pytest.raises(NoInvitation):
        accept(aurora, first)
    assert Membership.objects.get(user=accept(aurora, second)).role == "manager"
    assert {one.state_at(now()) for one in invitations_of(tenant=aurora, by=maya)} == {"accepted", "revoked"}


def test_the_letter_of_a_leaver_lets_nobody_in(aurora: Tenant, maya: User, ada: User) -> None:
    token = letter(aurora, maya)
    services.revoke_membership(user=maya, tenant=aurora, by=ada, now=now())
    with pytest.raises(NoInvitation):
        accept(aurora, token)
    assert page("aurora.localhost", token).status_code == 404


@pytest.mark.parametrize(
    ("field", "given"),
    [("name", {"name": " "}), ("password1", {"password": "short"}), ("password1", {"password": "x" * 129})],
)
def test_what_is_wrong_is_said_at_its_field_and_the_letter_stays_good(
    field: str, given: dict[str, str], aurora: Tenant, maya: User
) -> None:
    token = letter(aurora, maya)
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        accept(aurora, token, **given)
    assert refused.value.message_dict.keys() == {field}
    assert not User.objects.filter(email=ADDRESS).exists()
    accept(aurora, token)


# Who has an account --------------------------------------------------------------------------------------------------


def test_a_known_person_gets_the_place_not_a_second_account(aurora: Tenant, borealis: Tenant, maya: User) -> None:
    tom = client_user(ADDRESS, borealis, "viewer")
    browser = signed_in(tom, host="borealis.localhost")
    token = letter(aurora, maya, role="manager")
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        accept(aurora, token, password="wrong wrong wrong")
    assert refused.value.message_dict.keys() == {"password"}
    assert accept(aurora, token, name="Somebody Else").pk == tom.pk
    tom.refresh_from_db()
    assert tom.name == "Maya", "an invitation changes nothing of the account"
    assert set(tom.memberships.values_list("tenant__schema_name", "role")) == {
        ("aurora", "manager"),
        ("borealis", "viewer"),
    }
    assert browser.get("/portal/").status_code == 302, "rights have changed: signed out"


def test_a_viewer_becomes_manager(aurora: Tenant, maya: User) -> None:
    tom = client_user(ADDRESS, aurora, "viewer")
    accept(aurora, letter(aurora, maya, role="manager"), by=tom)
    assert Membership.objects.get(user=tom).role == "manager"


def test_a_closed_account_stays_closed(aurora: Tenant, maya: User) -> None:
    User.objects.create_user(ADDRESS, PASSWORD, name="Tom", is_active=False)
    with pytest.raises(NoInvitation):
        accept(aurora, letter(aurora, maya))


def test_nobodys_role_is_changed_by_an_old_letter(ada: User) -> None:
    token = letter(None, ada, role="admin")
    User.objects.create_user(ADDRESS, PASSWORD, name="Tom", role="agent")
    with pytest.raises(NoInvitation):
        accept(None, token)


# On the screen -------------------------------------------------------------------------------------------------------


def test_a_new_person_on_the_page(aurora: Tenant, maya: User) -> None:
    token = letter(aurora, maya)
    browser = Client(headers={"host": "aurora.localhost"})
    asked = page("", token, browser)
    assert asked.status_code == 200
    assert "no-store" in asked.headers["Cache-Control"]
    fields = {"name": "Tom Ashby", "password1": PASSWORD, "password2": "another"}
    assert page("", token, browser, **fields).context["form"].errors.keys() == {"password2"}
    assert page("", token, browser, name="", password1="short", password2="short").context["form"].errors.keys() == {
        "name"
    }
    answer = page("", token, browser, **{**fields, "password2": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert b"Tom Ashby" in browser.get("/portal/").content
    assert page("aurora.localhost", token).status_code == 404


def test_a_new_supervisor_comes_to_the_second_factor_first(ada: User) -> None:
    token = letter(None, ada, role="supervisor")
    browser = Client(headers={"host": "localhost"})
    page("", token, browser, name="Tom", password1=PASSWORD, password2=PASSWORD)
    assert browser.get("/desk/").headers["Location"] == "/accounts/second-factor/"


def test_a_known_person_on_the_page_signs_in_afterwards(aurora: Tenant, maya: User) -> None:
    User.objects.create_user(ADDRESS, PASSWORD, name="Tom", role="agent")
    token = letter(aurora, maya)
    browser = Client(headers={"host": "aurora.localhost"})
    wrong = page("", token, browser, password="wrong")
    assert wrong.context["form"].errors.keys() == {"password"}
    assert page("", token, browser, password=PASSWORD).headers["Location"] == "/accounts/login/"
    browser.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    assert browser.get("/portal/").status_code == 200


def test_the_page_is_no_second_place_to_guess_a_password(aurora: Tenant, maya: User) -> None:
    User.objects.create_user(ADDRESS, PASSWORD, name="Tom", role="agent")
    token = letter(aurora, maya)
    answers = [page("aurora.localhost", token, password="wrong").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    browser = Client(headers={"host": "localhost"})
    browser.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    assert "_auth_user_id" not in browser.session, "counted with those at the sign-in"


# The database's own word ---------------------------------------------------------------------------------------------


def test_the_database_refuses_what_no_service_would_write(aurora: Tenant, maya: User) -> None:
    letter(aurora, maya)
    row = {"created_at": now(), "expires_at": now(), "invited_by": maya, "email": "x@aurora.example"}
    for wrong in (
        {"tenant": aurora, "role": "admin", "token_hash": "a"},
        {"tenant": None, "role": "viewer", "token_hash": "b"},
        {"tenant": aurora, "role": "viewer", "token_hash": "c", "email": ADDRESS},
        {"tenant": aurora, "role": "viewer", "token_hash": "d", "accepted_at": now(), "revoked_at": now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.create(**{**row, **wrong})
