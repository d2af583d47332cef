"""A visitor begins as somebody new; only an account that the company's site has signed for joins two talks."""

import hashlib
import threading
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from contactcenter.operation.accounts.models import User
from contactcenter.records.customers import services as customers
from contactcenter.records.customers.models import Block, Customer, Identity, VisitorToken
from tenants import door
from tests.records.conftest import NOW, Company


def known(subject: str = "42", email: str = "helen@mail.example", name: str = "Helen Marsh") -> Customer:
    return customers.recognise(
        subject=subject, name=name, email=email, language="en", timezone="Europe/London", now=NOW
    )


def anonymous(email: str = "helen@mail.example") -> Customer:
    return customers.start_customer(name="Helen", email=email, language="en", timezone="", now=NOW)


def test_unverified_visitors_never_join_whatever_address_they_give(aurora: Company):
    verified = known()
    first, second = anonymous(), anonymous("HELEN@mail.example ")
    assert len({verified.pk, first.pk, second.pk}) == 3
    assert set(Identity.objects.filter(customer__in=[first, second]).values_list("value", "verified_at")) == {
        ("helen@mail.example", None)
    }


def test_same_account_is_the_same_customer(aurora: Company):
    first = known()
    again = known(name="Helen Marsh-Lopez", email="new@mail.example")
    assert again == first
    assert (again.name, again.name_key) == ("Helen Marsh-Lopez", "helen marsh-lopez")
    assert set(first.identities.values_list("kind", "value")) == {
        ("site", "42"),
        ("email", "helen@mail.example"),
        ("email", "new@mail.example"),
    }
    assert known("43") != first


def test_name_is_kept_when_the_site_gives_none(aurora: Company):
    known()
    assert known(name="").name == "Helen Marsh"


def test_verified_address_stays_with_its_first_account(aurora: Company):
    first, second = known("42"), known("43")
    assert Identity.objects.get(kind="email", verified_at__isnull=False).customer == first
    assert not second.identities.filter(kind="email").exists()


def test_same_address_in_two_companies_is_two_customers(aurora: Company, borealis: Company):
    here = known()
    with door.tenant("borealis"):
        there = known()
        assert there != here
        assert Customer.objects.count() == 1


def test_account_without_a_subject_is_refused(aurora: Company):
    for subject in ("", " \u200b\n"):
        with pytest.raises(ValueError, match="subject"):
            known(subject)


def test_account_that_comes_by_two_windows_at_once_is_one_customer(committed: str):
    found: list[object] = []

    def come() -> None:
        try:
            with door.tenant("aurora"):
                found.append(known().pk)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_names_are_one_visible_line_without_card_numbers(aurora: Company):
    customer = customers.start_customer(
        name="Ana\r\nBcc: all\u202e 4111111111111111" + "x" * 200,
        email="a@b.example\r\nBcc: y@b.example",
        language="english",
        timezone="Europe/Madrid\x00",
        now=NOW,
    )
    assert customer.name.startswith("Ana Bcc: all ••••••••••••1111")
    assert (len(customer.name), customer.timezone) == (100, "Europe/Madrid")
    assert not customer.identities.exists()  # no address, or more than one


def test_database_refuses_a_name_of_two_lines(aurora: Company):
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.create(name="a\nb", created_at=NOW)


def test_token_speaks_for_its_customer_for_thirty_days(aurora: Company, now: datetime):
    customer = anonymous()
    token = customers.issue_token(customer=customer, now=now)
    day = timedelta(days=1)
    assert customers.customer_of_token(token=token, now=now + 30 * day - timedelta(seconds=1)) == customer
    assert customers.customer_of_token(token=token, now=now + 30 * day) is None


def test_token_is_random_and_kept_as_its_hash_only(aurora: Company, now: datetime):
    customer = anonymous()
    tokens = {customers.issue_token(customer=customer, now=now) for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) >= 43 for token in tokens)  # 256 bits, six to a character
    assert set(VisitorToken.objects.values_list("digest", flat=True)) == {
        hashlib.sha256(token.encode()).hexdigest() for token in tokens
    }


@pytest.mark.parametrize("token", ["", "x", "é\ud800\x00", "x" * 100_000])
def test_unknown_token_is_nobody(aurora: Company, now: datetime, token: str):
    assert customers.customer_of_token(token=token, now=now) is None


def test_revoked_token_is_nobody(aurora: Company, now: datetime):
    customer = anonymous()
    one, two = (customers.issue_token(customer=customer, now=now) for _ in range(2))
    assert customers.revoke_token(token=one, now=now)
    assert not customers.revoke_token(token=one, now=now)
    assert customers.customer_of_token(token=one, now=now) is None
    assert customers.customer_of_token(token=two, now=now) == customer


def test_token_of_one_company_is_nobody_in_another(aurora: Company, borealis: Company, now: datetime):
    token = customers.issue_token(customer=anonymous(), now=now)
    with door.tenant("borealis"):
        assert customers.customer_of_token(token=token, now=now) is None


def test_block_and_lifting_leave_who_and_when(aurora: Company, sam: User, now: datetime):
    customer = anonymous()
    customers.block(customer=customer, by=sam, reason="Threats", now=now)
    assert customers.is_blocked(customer.pk)
    assert customers.lift_block(customer=customer, by=sam, now=now + timedelta(days=1))
    assert not customers.lift_block(customer=customer, by=sam, now=now)
    assert not customers.is_blocked(customer.pk)
    customers.block(customer=customer, by=sam, reason="Again", now=now)
    assert Block.objects.filter(customer=customer).count() == 2
