"""Two companies with the same in them, by the same names; what is private to one carries its mark.

Whatever can stand in an address or a form is a *thing* with a name: "talk", "file", "letter". `things` are what a door
is tried with; `elsewhere` holds more of the same company, which is not at home where they are: the file of another
talk, a colleague's talk, a token that was revoked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.api_tokens import Made, make_token, revoke_token
from contactcenter.operation.accounts.invitations import invite
from contactcenter.operation.accounts.models import Membership, Role, User
from contactcenter.operation.agents.models import Agent, BreakReason
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.notices import services as notices
from contactcenter.operation.routing.models import Queue, Repair, WorkItem
from contactcenter.operation.wallboards import services as wallboards
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import CannedReply, Conversation, Disposition
from contactcenter.records.customers import services as customers
from contactcenter.records.customers.models import VisitorToken
from contactcenter.records.files.services import store
from contactcenter.records.webhooks import services as webhooks
from contactcenter.records.webhooks.models import Delivery
from tenants.door import tenant as inside
from tenants.models import Holiday, Tenant
from tests.faces.portal.people import client_user
from tests.operation.accounts.soft_key import SoftKey, text
from tests.operation.floor import make_skill
from tests.people import chat, company, held_chat, make_agent, make_queue, ring
from tests.webchat import give_widget, identity, start

MARKS = {"aurora": "mark-of-the-first", "borealis": "mark-of-the-second"}
NUMBERS = {"aurora": 410_000, "borealis": 520_000}  # where those of the rows begin
SAME_NUMBER = 400_000  # of a canned reply in both
PASSWORD = "a long walk on the beach"
RIGHTS = ("conversations:read", "conversations:write", "customers:read", "webhooks:manage")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass
class Company:
    schema: str
    things: dict[str, Any] = field(default_factory=dict)
    elsewhere: dict[str, Any] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        return MARKS[self.schema]

    @property
    def tenant(self) -> Tenant:
        return company(self.schema)

    def agent(self, who: str) -> Agent:
        return Agent.objects.select_related("user").get(user=self.people[who])


@dataclass
class House:
    companies: dict[str, Company]
    people: dict[str, User]
    things: dict[str, Any]  # of the contact centre itself


def furnish() -> House:
    companies = {schema: furnished(schema) for schema in MARKS}
    admin = User.objects.create_user("ada@bpo.example", None, name="Ada", role=Role.ADMIN)
    nobody = User.objects.create_user("noel@elsewhere.example", None, name="Noel")
    User.objects.update(password=make_password(PASSWORD))
    User.objects.exclude(pk=admin.pk).update(is_superuser=True)  # which opens nothing
    for user in [admin, nobody, *(user for own in companies.values() for user in own.people.values())]:
        give_factors(user)
        user.refresh_from_db()
    key, number = letter(None, "nina@bpo.example", "agent", admin)
    things = {
        "staff letter": number,
        "staff letter's key": key,
        "skill": make_skill("refunds").pk,
        "break": BreakReason.objects.create(key="tea", name="Tea").pk,
        "repair": Repair.objects.create(kind="capacity", explanation="counted anew", at=now()).pk,
        "entry": Entry.objects.order_by("pk").values_list("pk", flat=True)[0],
        "step": "who",
    }
    return House(companies, {"admin": admin, "nobody": nobody}, things)


def give_factors(user: User) -> None:
    """One of each kind."""
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    options = {"publicKey": {"user": {"id": text(str(user.pk).encode())}, "challenge": text(b"challenge")}}
    credential = json.loads(SoftKey("localhost").create(options, origin="http://localhost"))
    WebAuthn.add(user, "Phone", {**credential, "clientExtensionResults": {}})


def furnished(schema: str) -> Company:
    own = Company(schema)
    number_apart(own)
    bring_people(own)
    set_up(own)
    open_talks(own)
    keep_records(own)
    hand_out_keys(own)
    return own


def number_apart(own: Company) -> None:
    """Its rows get numbers that are nobody's in the other company."""
    with inside(own.schema), connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = %s", [own.schema])
        for (sequence,) in cursor.fetchall():
            cursor.execute("SELECT setval(%s, %s)", [f"{own.schema}.{sequence}", NUMBERS[own.schema]])


def bring_people(own: Company) -> None:
    for who, role in (("agent", Role.AGENT), ("colleague", Role.AGENT), ("supervisor", Role.SUPERVISOR)):
        own.people[who] = make_agent(f"{who}-{own.mark}", [own.schema], role=role).user
    for who in ("manager", "viewer"):
        own.people[who] = client_user(own.schema, who, name=f"{who} {own.mark}")
    own.things |= {
        "company": own.schema,
        "tenant": own.tenant.pk,
        "agent": own.agent("agent").pk,
        "agent's name": own.agent("agent").alias,
        "user": own.people["agent"].pk,
        "manager": own.people["manager"].pk,
        "member": Membership.objects.get(user=own.people["viewer"]).pk,
    }


def set_up(own: Company) -> None:
    Tenant.objects.filter(schema_name=own.schema).update(logo=PNG, logo_type="image/png")
    make_queue(own.schema)
    widget = give_widget(own.schema)
    queue = make_queue(own.schema, f"Only {own.mark}", is_default=False)
    key, names = f"only-{own.schema}", {"en": "Only", "es": "Solo"}  # which visitors read: no mark there
    Queue.objects.filter(pk=queue.pk).update(key=key, names=names)
    Holiday.objects.create(tenant=own.tenant, date="2099-12-25", name=own.mark)
    later = now() + timedelta(days=1)
    by = own.people["supervisor"]
    notice = notices.post(text=own.mark, level="info", expires_at=later, by=by, now=now(), tenant=own.tenant)
    wall = wallboards.make(name=own.mark, tenant=own.tenant, expires_at=later, by=by, now=now())
    dark = wallboards.make(name=own.mark, tenant=own.tenant, expires_at=later, by=by, now=now())
    wallboards.revoke(wallboard_id=dark.wallboard.pk, by=by, now=now())
    own.things |= {
        "widget": widget.pk,
        "queue": queue.pk,
        "queue's key": key,
        "pool": queue.pool_id,
        "notice": notice.pk,
        "wall": wall.wallboard.pk,
        "wall's key": wall.token,
    }
    own.elsewhere["wall's key"] = dark.token


def open_talks(own: Company) -> None:
    """The visitor's, in the agent's hands; another of the agent's, a colleague's, and one that waits."""
    agent = own.agent("agent")
    begun = start(own.schema, identity=site_account(own), text=f"{own.mark} hello")
    held = WorkItem.objects.select_related("tenant").get(conversation=begun["conversation"])
    ring(held, agent)
    conversations.take(item_id=held.pk, agent=agent, now=now())
    other = held_chat(own.schema, agent, text=f"{own.mark} of another visitor")
    colleagues = held_chat(own.schema, own.agent("colleague"), text=f"{own.mark} of a colleague")
    chat(own.schema, text=f"{own.mark} waits")
    own.things |= {
        "talk": held.conversation,
        "item": held.pk,
        "file": send_file(own, held),
        "site account": lambda: site_account(own),
        "visitor's key": begun["token"],
    }
    own.elsewhere |= {"file": send_file(own, other), "talk": colleagues.conversation, "item": colleagues.pk}


def site_account(own: Company) -> str:
    """As the company's website vouches for its visitor: good for five minutes."""
    return identity(own.schema, name="Vera Visitor", email="vera@visitor.example")


def send_file(own: Company, item: WorkItem) -> UUID:
    """By the agent who holds the talk."""
    agent = own.agent("agent")
    with inside(own.schema):
        content = SimpleUploadedFile(f"{own.mark}.txt", own.mark.encode())
        kept = store(content, conversation=item.conversation, user=agent.user_id, now=now())
        conversations.reply(
            tenant=own.tenant,
            agent=agent,
            conversation_id=item.conversation,
            message_id=uuid4(),
            text="Here it is",
            files=[kept.pk],
            now=now(),
        )
    return kept.pk


def keep_records(own: Company) -> None:
    with inside(own.schema):
        talk = Conversation.objects.get(pk=own.things["talk"])
        outcome = Disposition.objects.create(key=f"only-{own.mark}", label={"en": own.mark})
        CannedReply.objects.create(pk=SAME_NUMBER, shortcut="hello", title=own.mark, text={"en": own.mark})
        shared = CannedReply.objects.create(shortcut="thanks", title=own.mark, text={"en": own.mark})
        for who in ("agent", "supervisor", "colleague"):
            reply = CannedReply.objects.create(
                shortcut="own", title=own.mark, text={"en": own.mark}, owner=own.people[who]
            )
            own.things[f"{who}'s reply"] = reply.pk
        blocked = customers.start_customer(name=own.mark, email="", language="en", timezone="", now=now())
        block = customers.block(customer=blocked, by=own.people["supervisor"], reason=own.mark, now=now())
        own.things |= {
            "customer": talk.customer_id,
            "reply": shared.pk,
            "outcome": outcome.pk,
            "outcome's key": outcome.key,
            "block": block.pk,
            "visitor token": VisitorToken.objects.get(customer=talk.customer_id).pk,
        }
        lapsed = customers.issue_token(customer=talk.customer, now=now())
        customers.revoke_token(token=lapsed, now=now())
        own.elsewhere["visitor's key"] = lapsed
    keep_webhooks(own)


def keep_webhooks(own: Company) -> None:
    """Two, each with a delivery that was given up."""
    with inside(own.schema):
        for delivery in (own.things, own.elsewhere):
            hook = webhooks.create(
                url=f"https://{own.mark}.example/",
                events=["message.sent"],
                by=webhooks.Keeper(tenant=own.tenant, user=own.people["manager"]),
                now=now(),
            ).webhook
            dead = Delivery.objects.create(
                webhook=hook,
                event="message.sent",
                conversation=own.things["talk"],
                revision=1,
                payload={},
                state="dead",
                error=own.mark,
                created_at=now(),
                due_since=now(),
                next_try_at=now(),
            )
            own.things.setdefault("webhook", hook.pk)
            delivery["delivery"] = dead.pk


def hand_out_keys(own: Company) -> None:
    key, number = letter(own.tenant, f"ada@{own.mark}.example", "viewer", own.people["manager"])
    own.things |= {"letter": number, "letter's key": key}
    own.things["machine's key"] = machine(own, RIGHTS).secret
    for right in RIGHTS:
        own.elsewhere[f"key without {right}"] = machine(own, [each for each in RIGHTS if each != right]).secret
    old = machine(own, RIGHTS)
    revoke_token(token=old.token, by=None, now=now())
    own.elsewhere["machine's key"] = old.secret


def machine(own: Company, rights: Collection[str]) -> Made:
    return make_token(tenant=own.tenant, name=f"Shop {own.mark}", rights=rights, by=None, now=now())


def letter(tenant: Tenant | None, email: str, role: str, by: User) -> tuple[str, int]:
    """The key that stands in the mail alone, and the invitation."""
    sent = invite(tenant=tenant, role=role, email=email, by=by, now=now())
    found = re.search(r"/accounts/invitation/([\w-]+)/", str(mail.outbox[-1].body))
    assert found
    return found[1], sent.pk
