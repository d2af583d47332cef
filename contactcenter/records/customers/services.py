"""Who is it? Customers begin, are recognised, carry a token, are kept out. Call inside the company's schema."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q

from contactcenter.lib import checked_token
from contactcenter.lib.card_numbers import scrub
from contactcenter.lib.prepared import Prepared
from contactcenter.lib.text import clean_line, search_key
from contactcenter.operation.accounts.models import User
from contactcenter.records.customers.models import Block, Customer, Identity, VisitorToken

TOKEN = "visitor"  # noqa: S105  what it is for
TOKEN_LIFE = timedelta(days=30)
NAME_LIMIT = 100
SUBJECT_LIMIT = 254
REASON_LIMIT = 200


TOKENS_OF = Prepared(
    lambda digest, now: VisitorToken.objects.filter(digest=digest, expires_at__gt=now, revoked_at=None).select_related(
        "customer"
    )
)
BLOCKS_OF = Prepared(lambda customer: Block.objects.filter(customer=customer, lifted_at=None).only("pk")[:1])


class Blocked(Exception):
    """This customer is kept out."""

    code = "blocked"


def start_customer(*, name: str, email: str, language: str, timezone: str, now: datetime) -> Customer:
    """A visitor nobody vouches for: always a customer of their own, whatever address they give."""
    with transaction.atomic():
        customer = Customer(language=language[:5], timezone=clean_line(timezone, 64), created_at=now)
        put_name(customer, name)
        customer.save()
        if address := clean_email(email):
            Identity.objects.create(customer=customer, kind=Identity.Kind.EMAIL, value=address)
    return customer


def recognise(*, subject: str, name: str, email: str, language: str, timezone: str, now: datetime) -> Customer:
    """The customer behind an account that the company's website has signed for. The same account is the same customer
    always.
    """
    subject = clean_line(subject, SUBJECT_LIMIT)
    if not subject:
        raise ValueError("an account on the website has a subject")
    with transaction.atomic():
        customer = customer_of_account(subject) or new_customer_of_account(subject, language, timezone, now)
        put_name(customer, name or customer.name)
        customer.language = language[:5] or customer.language
        customer.timezone = clean_line(timezone, 64) or customer.timezone
        customer.save()
        if address := clean_email(email):
            vouch_for_email(customer, address, now)
    return customer


def issue_token(*, customer: Customer, now: datetime) -> str:
    token = checked_token.make(TOKEN)
    VisitorToken.objects.create(customer=customer, digest=digest_of(token), created_at=now, expires_at=now + TOKEN_LIFE)
    return token


def is_token(token: str) -> bool:
    """It may be one: none that was made up."""
    return checked_token.is_ours(token, TOKEN)


def customer_of_token(*, token: str, now: datetime) -> Customer | None:
    """None for a token that is unknown, run out or revoked: whoever asks cannot tell which."""
    if not is_token(token):
        return None
    found = TOKENS_OF.first(digest=digest_of(token), now=now)
    return found.customer if found else None


def customers_of_tokens(*, tokens: Collection[str], now: datetime) -> dict[str, UUID]:
    """Those that count: token → customer."""
    by_digest = {digest_of(token): token for token in tokens}
    found = VisitorToken.objects.filter(digest__in=by_digest, expires_at__gt=now, revoked_at=None)
    return {by_digest[digest]: customer for digest, customer in found.values_list("digest", "customer_id")}


def blocked_of(customers: Collection[UUID]) -> set[UUID]:
    return set(Block.objects.filter(customer__in=customers, lifted_at=None).values_list("customer_id", flat=True))


def revoke_token(*, token: str, now: datetime) -> bool:
    return VisitorToken.objects.filter(digest=digest_of(token), revoked_at=None).update(revoked_at=now) == 1


def revoke_token_row(*, token_id: int, now: datetime) -> bool:
    return VisitorToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=now) == 1


def block(*, customer: Customer, by: User, reason: str, now: datetime) -> Block:
    """Keeps the customer out. The open talks are ended by conversations.services.block_customer, which calls this."""
    block, _ = Block.objects.get_or_create(
        customer=customer,
        lifted_at=None,
        defaults={"by": by, "reason": scrub(clean_line(reason, REASON_LIMIT)), "at": now},
    )
    return block


def lift_block(*, customer: Customer, by: User, now: datetime) -> bool:
    return Block.objects.filter(customer=customer, lifted_at=None).update(lifted_at=now, lifted_by=by) == 1


def is_blocked(customer_id: UUID) -> bool:
    return BLOCKS_OF.first(customer=customer_id) is not None


def refuse_blocked(customer: Customer) -> None:
    if is_blocked(customer.pk):
        raise Blocked


def customer_of_account(subject: str) -> Customer | None:
    identity = (
        Identity.objects.filter(kind=Identity.Kind.SITE, value=subject, verified_at__isnull=False)
        .select_related("customer")
        .first()
    )
    return identity.customer if identity else None


def new_customer_of_account(subject: str, language: str, timezone: str, now: datetime) -> Customer:
    try:
        with transaction.atomic():
            customer = Customer.objects.create(language=language[:5], timezone=clean_line(timezone, 64), created_at=now)
            Identity.objects.create(customer=customer, kind=Identity.Kind.SITE, value=subject, verified_at=now)
    except IntegrityError:  # the same account came in by another window just now
        found = customer_of_account(subject)
        if found is None:
            raise
        return found
    return customer


def vouch_for_email(customer: Customer, address: str, now: datetime) -> None:
    """A verified address belongs to one customer. Where another has it, it stays there: a mailbox may be shared, an
    account is not.
    """
    mine = Q(customer=customer) | Q(verified_at__isnull=False)
    known = list(Identity.objects.filter(mine, kind=Identity.Kind.EMAIL, value=address))
    if any(identity.verified_at for identity in known):
        return
    try:
        with transaction.atomic():
            Identity.objects.update_or_create(
                customer=customer, kind=Identity.Kind.EMAIL, value=address, defaults={"verified_at": now}
            )
    except IntegrityError:  # another customer was given it just now
        return


def correct(*, customer_id: UUID, name: str, language: str, timezone: str) -> Customer:
    """What staff found to be wrong in what a customer typed."""
    with transaction.atomic():
        customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
        put_name(customer, name)
        customer.language = language[:5]
        customer.timezone = clean_line(timezone, 64)
        customer.save(update_fields=["name", "name_key", "language", "timezone"])
    return customer


def put_name(customer: Customer, name: str) -> None:
    customer.name = scrub(clean_line(name, NAME_LIMIT))
    customer.name_key = search_key(customer.name)[:NAME_LIMIT]


def clean_email(email: str) -> str:
    """Empty where it is no address: the form has said so, and nothing else may depend on it."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
