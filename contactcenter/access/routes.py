"""Who may use each address: those of the shared host, those of a company's own, and what is answered before both."""

from __future__ import annotations

from collections.abc import Mapping

from contactcenter.access.admin import admin_routes
from contactcenter.access.who import (
    ADMINS,
    ANYBODY,
    CLIENTS,
    DESK,
    FLOOR,
    MACHINES,
    MANAGERS,
    SCREENS,
    SIGNED_IN,
    VISITORS,
    Place,
    Who,
)

# What somebody whose role needs a second factor can reach without one, beside what is for anybody.
SETTING_UP: Mapping[str, frozenset[Who]] = {
    "account_reauthenticate": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
}

# The same on the staff's host and on each company's.
ENTRANCE: Mapping[str, frozenset[Who]] = {
    "preferences": ANYBODY,  # language and theme, also of the sign-in page
    "javascript-catalogue": ANYBODY,
    "account_login": ANYBODY,
    "account_logout": ANYBODY,
    "account_signup": ANYBODY,  # says that it is closed
    "account_inactive": ANYBODY,
    "account_invitation": ANYBODY,  # who holds the letter
    "account_change_password": SIGNED_IN,
    "account_sessions": SIGNED_IN,
    "account_end_session": SIGNED_IN,
    "account_end_all_sessions": SIGNED_IN,
    "account_reset_password": ANYBODY,
    "account_reset_password_done": ANYBODY,
    "account_reset_password_from_key": ANYBODY,
    "account_reset_password_from_key_done": ANYBODY,
    "mfa_authenticate": ANYBODY,  # between the password and the session; allauth's stage knows whose turn it is
    "mfa_login_webauthn": ANYBODY,
    **SETTING_UP,
}

ROUTES: Mapping[Place, Mapping[str, frozenset[Who]]] = {
    Place.SHARED: {
        **ENTRANCE,
        "home": SIGNED_IN,
        "floor:floor": FLOOR,
        "floor:notices": FLOOR,
        "floor:notice-end": FLOOR,
        "floor:walls": FLOOR,
        "floor:wall-revoke": FLOOR,
        "floor:wall": SCREENS,
        "desk:desk": DESK,
        "desk:colleagues": DESK,
        "desk:canned": DESK,
        "desk:canned-new": DESK,
        "desk:canned-edit": DESK,
        "desk:canned-remove": DESK,
        "desk:canned-find": DESK,
        "desk:logo": DESK,
        "desk:conversation": DESK,
        "desk:customer": DESK,
        "desk:history": DESK,
        "desk:transcript": DESK,
        "desk:files": DESK,
        "desk:file": DESK,
        **admin_routes(),
        "companies": ADMINS,
        "new-company:begin": ADMINS,
        "new-company:step": ADMINS,
        "new-company:progress": ADMINS,
        "new-company:done": ADMINS,
    },
    Place.COMPANY: {
        **ENTRANCE,
        "home": CLIENTS,
        "portal:today": CLIENTS,
        "portal:now": CLIENTS,
        "portal:conversations": CLIENTS,
        "portal:conversations-csv": CLIENTS,
        "portal:conversation": CLIENTS,
        "portal:transcript": CLIENTS,
        "portal:file": CLIENTS,
        "portal:hours": CLIENTS,
        "portal:hours-edit": MANAGERS,
        "portal:replies": CLIENTS,
        "portal:reply-new": MANAGERS,
        "portal:reply-edit": MANAGERS,
        "portal:reply-retire": MANAGERS,
        "portal:people": CLIENTS,
        "portal:invite": MANAGERS,
        "portal:person-role": MANAGERS,
        "portal:person-remove": MANAGERS,
        "portal:take-back": MANAGERS,
        "portal:log": CLIENTS,
        "portal:log-csv": CLIENTS,
        "logo": ANYBODY,
        "widget:loader": ANYBODY,
        "widget:frame": ANYBODY,
        "widget:brand": ANYBODY,
        "widget:hours": ANYBODY,
        "widget:start": ANYBODY,
        "widget:identify": ANYBODY,  # vouched for by the website's signature, which the gateway reads
        "widget:token": VISITORS,
        "widget:files": VISITORS,
        "widget:file": VISITORS,
        "widget:transcript": VISITORS,
        "api:schema": ANYBODY,  # how the API is spoken to: nothing of any company is in it
        "api:docs": ANYBODY,
        "api:conversations": MACHINES,
        "api:conversation": MACHINES,
        "api:messages": MACHINES,
        "api:close": MACHINES,
        "api:customers": MACHINES,
        "api:customer": MACHINES,
        "api:webhooks": MACHINES,
        "api:webhook": MACHINES,
        "api:webhook-secret": MACHINES,
        "api:deliveries": MACHINES,
        "api:replay": MACHINES,
        "api:discard": MACHINES,
    },
}
# Answered before any route is looked up: files of the product (whitenoise), health and metrics.
PREFIXES: Mapping[str, frozenset[Who]] = {
    "/static/": ANYBODY,
    "/livez": ANYBODY,
    "/readyz": ANYBODY,
    "/metrics": frozenset({Who.SCRAPER}),
}
