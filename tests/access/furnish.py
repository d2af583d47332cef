"""The house furnished: its people, and what each company is set up with."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import connection

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import Membership, Role, User
from contactcenter.operation.agents.models import BreakReason
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.notices import services as notices
from contactcenter.operation.routing.models import Queue, Repair
from contactcenter.operation.wallboards import services as wallboards
from tenants.door import shared
from tenants.models import Holiday, Tenant
from tests.access.house import MARKS, NUMBERS, PASSWORD, PNG, Company, House
from tests.access.house_keys import give_factors, hand_out_keys, letter
from tests.access.house_records import fill
from tests.faces.portal.people import client_user
from tests.operation.floor import make_skill
from tests.people import make_agent, make_queue
from tests.webchat import give_widget


def furnish() -> House:
    for schema in NUMBERS:
        number_apart(schema)
    admin = User.objects.create_user("ada@bpo.example", None, name="Ada", role=Role.ADMIN)
    companies = {schema: furnished(schema, admin) for schema in MARKS}
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


def furnished(schema: str, admin: User) -> Company:
    own = Company(schema)
    bring_people(own)
    set_up(own)
    fill(own)
    hand_out_keys(own, admin)
    return own


def number_apart(schema: str) -> None:
    """Rows get numbers that are nobody's elsewhere, and that stand in no page by chance."""
    with shared(), connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = %s", [schema])
        for (sequence,) in cursor.fetchall():
            cursor.execute("SELECT setval(%s, %s)", [f"{schema}.{sequence}", NUMBERS[schema]])


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
        "colleague": own.agent("colleague").pk,
        "colleague's user": own.people["colleague"].pk,
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
