"""The admin: the house's pages, the records of one company, and what can be done to the rows of a list."""

from __future__ import annotations

from tests.access.doors import Door

NEW_COMPANY = {"name": "Delta Ferries", "schema": "delta", "hosts": "delta.localhost", "contract": "shared"}
HOUSE = [
    Door("companies", "admin"),
    Door("new-company:begin", "admin"),
    Door("new-company:step", "admin", "GET POST", sends=lambda: NEW_COMPANY),
    Door("new-company:progress", "admin"),
    Door("new-company:done", "admin"),
]

# The admin's two sites. Each model: the thing that one of its pages shows, and whether it is to read, to write, or to
# make too.
ADMIN_MODELS = {
    "admin": {
        "tenants_tenant": ("tenant", "write"),
        "tenants_endpoint": ("widget", "make"),
        "accounts_user": ("user", "write"),
        "accounts_membership": ("member", "make"),
        "accounts_invitation": ("letter", "read, make"),
        "agents_agent": ("agent", "make"),
        "agents_skill": ("skill", "make"),
        "agents_breakreason": ("break", "make"),
        "routing_queue": ("queue", "make"),
        "routing_pool": ("pool", "make"),
        "routing_repair": ("repair", "read"),
        "audit_entry": ("entry", "read"),
    },
    "records": {
        "customers_customer": ("customer", "write"),
        "customers_block": ("block", "read"),
        "customers_visitortoken": ("visitor token", "read"),
        "conversations_conversation": ("talk", "read"),
        "conversations_disposition": ("outcome", "make"),
        "conversations_cannedreply": ("reply", "make"),
        "files_storedfile": ("file", "read"),
    },
}
ADMIN_ACTIONS = {
    "admin:accounts_user": {"deactivate": "user", "reactivate": "user"},
    "admin:accounts_invitation": {"take_back": "letter"},
    "admin:tenants_tenant": {"deactivate": "tenant", "reactivate": "tenant"},
    "records:customers_block": {"lift": "block"},
    "records:customers_visitortoken": {"revoke": "visitor token"},
}


def admin_sites() -> list[Door]:
    found = []
    for site, models in ADMIN_MODELS.items():
        kind = "admin" if site == "admin" else "records"
        found += [Door(f"{site}:index", kind, "GET POST"), Door(f"{site}:jsi18n", kind)]
        for model, (thing, what) in models.items():
            found.append(Door(f"{site}:{model}_changelist", kind, "GET POST"))
            methods = "GET" if "read" in what else "GET POST"
            found.append(Door(f"{site}:{model}_change", kind, methods, at={"object_id": thing}, untaken="no"))
            if "make" in what:
                found.append(Door(f"{site}:{model}_add", kind, "GET POST"))
    for model, actions in ADMIN_ACTIONS.items():
        for action, thing in actions.items():
            found.append(
                Door(
                    f"{model}_changelist",
                    "admin" if model.startswith("admin:") else "records",
                    "GET POST",
                    asks={"_selected_action": thing},
                    sends=lambda action=action: {"action": action},
                    absent="in",  # with nothing chosen
                    called=f"{model}.{action}",
                )
            )
    return found
