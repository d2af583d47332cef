"""From what the form before the chat sends to a conversation that waits: read and checked, then begun, once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from contactcenter.gateways.webchat.config import ADDRESS, CHANNEL, Ask, WidgetConfig
from contactcenter.gateways.webchat.identity import BadIdentity, SiteIdentity, read_identity
from contactcenter.gateways.webchat.words import REFUSALS
from contactcenter.lib.device import describe
from contactcenter.lib.text import clean_line
from contactcenter.operation.routing.models import Queue
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.customers import services as customers
from contactcenter.records.customers.models import Customer
from tenants.models import Tenant

SAME_FORM_FOR = timedelta(minutes=10)  # a form that comes again within this is the same one, its answer was lost
NAME_LIMIT, EMAIL_LIMIT = 100, 254
# Room for what is cut or cleaned on the way in; beyond it nobody typed it.
PLAIN_LIMITS = {"language": 16, "timezone": 64, "page": 2000, "screen": 20, "identity": 4096, "queue": 40}


class FormErrors(ValueError):
    """Messages by field, in the visitor's language."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(sorted(errors))
        self.errors = dict(errors)


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A first message as the form gave it. `customer` is known by the token of an earlier talk, `identity` by the
    website's word.
    """

    message_id: UUID
    text: str
    name: str
    email: str
    queue: Queue
    language: str
    timezone: str
    page: str
    device: str
    identity: SiteIdentity | None
    customer: Customer | None


@dataclass(frozen=True)
class Begun:
    """`token` is new, or none where the visitor's own still serves."""

    conversation: Conversation
    token: str | None


def read_form(
    body: Mapping[str, Any],
    *,
    tenant: Tenant,
    config: WidgetConfig,
    customer: Customer | None,
    now: datetime,
    user_agent: str = "",
) -> Inbound:
    """Raises FormErrors."""
    errors: dict[str, list[str]] = {}
    plain = {name: _plain(body, name, limit) for name, limit in PLAIN_LIMITS.items()}
    message_id = _message_id(body.get("id"), errors)
    identity = _identity(plain["identity"], tenant, config, errors, now)
    is_known = customer is not None or identity is not None
    name = _line(body, "name", NAME_LIMIT, Ask.OFF if is_known else config.name, errors)
    email = _line(body, "email", EMAIL_LIMIT, Ask.OFF if is_known else config.email, errors)
    if email and "email" not in errors:
        try:
            validate_email(email)
        except ValidationError:
            errors["email"] = [_("Write a mail address such as name@example.com.")]
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        errors["text"] = [_("Please fill this in.")]
    elif len(text) > conversations.MESSAGE_LIMIT:
        errors["text"] = [_("Please use at most {limit} characters.").format(limit=conversations.MESSAGE_LIMIT)]
    queue = _queue(plain["queue"], tenant, config, errors)
    if errors or message_id is None or queue is None:
        raise FormErrors(errors)
    return Inbound(
        message_id=message_id,
        text=str(text),
        name=name,
        email=email,
        queue=queue,
        language=plain["language"] if plain["language"] in tenant.languages else tenant.default_language,
        timezone=plain["timezone"],
        page=re.split(r"[?#]", plain["page"])[0],  # what follows may be a key to the visitor's account there
        device=describe(user_agent, plain["screen"]),
        identity=identity,
        customer=customer,
    )


def begin(inbound: Inbound, *, tenant: Tenant, now: datetime) -> Begun:
    """The same form again, in whatever window, gives the same conversation. Raises Blocked, FormErrors."""
    try:
        with transaction.atomic():
            return _begin(inbound, tenant, now)
    except conversations.IdTaken:
        earlier = conversations.started_with(message_id=inbound.message_id, since=now - SAME_FORM_FOR)
        if earlier is None:
            raise FormErrors({"id": [str(REFUSALS["id_taken"])]}) from None
        return Begun(earlier, customers.issue_token(customer=earlier.customer, now=now))
    except (conversations.Empty, conversations.TooLong) as refused:
        raise FormErrors({"text": [str(REFUSALS[refused.code])]}) from None


def _begin(inbound: Inbound, tenant: Tenant, now: datetime) -> Begun:
    customer, is_new = _customer(inbound, now)
    started = conversations.start(
        tenant=tenant,
        customer=customer,
        queue=inbound.queue,
        message_id=inbound.message_id,
        text=inbound.text,
        now=now,
        channel=CHANNEL,
        endpoint=ADDRESS,
        subject=inbound.queue.names.get(inbound.language, ""),
        language=inbound.language,
        page=inbound.page,
        device=inbound.device,
    )
    return Begun(started.conversation, customers.issue_token(customer=customer, now=now) if is_new else None)


def _customer(inbound: Inbound, now: datetime) -> tuple[Customer, bool]:
    """And whether the visitor's token, if any, is not this customer's: the website's word counts for more."""
    if inbound.identity is not None:
        who = inbound.identity
        customer = customers.recognise(
            subject=who.subject,
            name=who.name,
            email=_good_email(who.email),
            language=inbound.language,
            timezone=inbound.timezone,
            now=now,
        )
        return customer, inbound.customer is None or inbound.customer.pk != customer.pk
    if inbound.customer is not None:
        return inbound.customer, False
    customer = customers.start_customer(
        name=inbound.name, email=inbound.email, language=inbound.language, timezone=inbound.timezone, now=now
    )
    return customer, True


def _good_email(email: str) -> str:
    """The website vouches for it, but what it sends may still be no address."""
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email


def _plain(body: Mapping[str, Any], name: str, limit: int) -> str:
    value = body.get(name, "")
    return clean_line(value, limit) if isinstance(value, str) else ""


def _message_id(value: object, errors: dict[str, list[str]]) -> UUID | None:
    """Always the same for a form. Whoever sends the form again gets a token for its talk, so its id stays with the
    visitor: staff, who see the message's, cannot find it by that.
    """
    try:
        return uuid5(UUID(value if isinstance(value, str) and len(value) == 36 else ""), "first message")
    except ValueError:
        errors["id"] = [str(REFUSALS["id_taken"])]
        return None


def _identity(
    token: str, tenant: Tenant, config: WidgetConfig, errors: dict[str, list[str]], now: datetime
) -> SiteIdentity | None:
    if not token:
        return None
    try:
        return read_identity(token, secret=config.identity_secret, schema=tenant.schema_name, now=now)
    except BadIdentity:
        errors["identity"] = [_("Your sign-in could not be confirmed. Please tell us who you are.")]
        return None


def _line(body: Mapping[str, Any], name: str, limit: int, ask: Ask, errors: dict[str, list[str]]) -> str:
    given = body.get(name, "")
    value = given.strip() if isinstance(given, str) and ask is not Ask.OFF else ""
    if ask is Ask.REQUIRED and not value:
        errors[name] = [_("Please fill this in.")]
    elif len(value) > limit:
        errors[name] = [_("Please use at most {limit} characters.").format(limit=limit)]
    return value


def _queue(key: str, tenant: Tenant, config: WidgetConfig, errors: dict[str, list[str]]) -> Queue | None:
    queues = Queue.objects.filter(tenant=tenant.pk, channel=CHANNEL, is_active=True)
    if key and config.queue is not Ask.OFF:
        chosen = queues.filter(key=key).first()
        if chosen is None:
            errors["queue"] = [_("Please choose one of these.")]
        return chosen
    if config.queue is Ask.REQUIRED:
        errors["queue"] = [_("Please fill this in.")]
        return None
    default = queues.filter(is_default=True).first()
    if default is None:
        raise RuntimeError(f"company {tenant.pk} has no default queue for {CHANNEL}")
    return default
