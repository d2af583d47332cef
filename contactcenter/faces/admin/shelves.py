"""What stands where at the side of every page: groups of links, the one that leads here marked."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant


@dataclass(frozen=True)
class Link:
    title: str | Promise
    address: str
    is_here: bool


@dataclass(frozen=True)
class Shelf:
    title: str | Promise
    links: list[Link]


HOUSE: list[tuple[str | Promise, list[tuple[str | Promise, str]]]] = [
    (
        _("Client companies"),
        [
            (_("Companies"), "admin:tenants_tenant_changelist"),
            (_("Chat widgets"), "admin:tenants_endpoint_changelist"),
            (_("Records of a company"), "companies"),
        ],
    ),
    (
        _("People"),
        [
            (_("People"), "admin:accounts_user_changelist"),
            (_("Invitations"), "admin:accounts_invitation_changelist"),
            (_("Agents"), "admin:agents_agent_changelist"),
            (_("Access to the portal"), "admin:accounts_membership_changelist"),
        ],
    ),
    (
        _("How work is shared"),
        [
            (_("Floor"), "floor:floor"),
            (_("Queues"), "admin:routing_queue_changelist"),
            (_("Pools"), "admin:routing_pool_changelist"),
            (_("Skills"), "admin:agents_skill_changelist"),
            (_("Reasons for breaks"), "admin:agents_breakreason_changelist"),
        ],
    ),
    (
        _("What happened"),
        [
            (_("Log"), "admin:audit_entry_changelist"),
            (_("Repairs of the router"), "admin:routing_repair_changelist"),
        ],
    ),
]
RECORDS: list[tuple[str | Promise, str]] = [
    (_("Conversations"), "records:conversations_conversation_changelist"),
    (_("Customers"), "records:customers_customer_changelist"),
    (_("Blocks"), "records:customers_block_changelist"),
    (_("Visitors' keys"), "records:customers_visitortoken_changelist"),
    (_("Files"), "records:files_storedfile_changelist"),
    (_("Outcomes"), "records:conversations_disposition_changelist"),
    (_("Canned replies"), "records:conversations_cannedreply_changelist"),
]


def of_house(path: str) -> list[Shelf]:
    return [Shelf(title, [link(name, route, path) for name, route in links]) for title, links in HOUSE]


def of_records(path: str, company: Tenant) -> list[Shelf]:
    """No other company stands among them."""
    return [Shelf(company.name, [link(name, route, path) for name, route in RECORDS])]


def link(title: str | Promise, route: str, path: str) -> Link:
    address = reverse(route)
    return Link(title, address, path.startswith(address))
