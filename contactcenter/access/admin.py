"""The two sites of the admin: what each page of a model may be, and who may act on rows. A model that stands here not
at all has no page.
"""

from __future__ import annotations

from collections.abc import Mapping

from contactcenter.access.who import ADMINS, Who

LIST_AND_READ = ("changelist", "change")
ALL_BUT_DELETE = (*LIST_AND_READ, "add")
ADMIN_SITES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "admin": {
        "tenants_tenant": LIST_AND_READ,
        "tenants_endpoint": ALL_BUT_DELETE,
        "accounts_user": LIST_AND_READ,
        "accounts_membership": ALL_BUT_DELETE,
        "accounts_invitation": ALL_BUT_DELETE,
        "agents_agent": ALL_BUT_DELETE,
        "agents_skill": ALL_BUT_DELETE,
        "agents_breakreason": ALL_BUT_DELETE,
        "routing_queue": ALL_BUT_DELETE,
        "routing_pool": ALL_BUT_DELETE,
        "routing_repair": LIST_AND_READ,
        "audit_entry": LIST_AND_READ,
    },
    "records": {
        "customers_customer": LIST_AND_READ,
        "customers_block": LIST_AND_READ,
        "customers_visitortoken": LIST_AND_READ,
        "conversations_conversation": LIST_AND_READ,
        "conversations_disposition": ALL_BUT_DELETE,
        "conversations_cannedreply": ALL_BUT_DELETE,
        "files_storedfile": LIST_AND_READ,
    },
}
ADMIN_PAGES = ("index", "jsi18n")


def admin_routes() -> dict[str, frozenset[Who]]:
    pages = [f"{site}:{page}" for site in ADMIN_SITES for page in ADMIN_PAGES]
    pages += [
        f"{site}:{model}_{page}"
        for site, models in ADMIN_SITES.items()
        for model, found in models.items()
        for page in found
    ]
    return dict.fromkeys(pages, ADMINS)


# site:app_model.action, over the rows chosen in a list.
ADMIN_ACTIONS: Mapping[str, frozenset[Who]] = {
    "admin:accounts_user.deactivate": ADMINS,
    "admin:accounts_user.reactivate": ADMINS,
    "admin:accounts_invitation.take_back": ADMINS,
    "admin:tenants_tenant.deactivate": ADMINS,
    "admin:tenants_tenant.reactivate": ADMINS,
    "records:customers_block.lift": ADMINS,
    "records:customers_visitortoken.revoke": ADMINS,
}
