"""Signing in and one's own account, on both kinds of host."""

from __future__ import annotations

from tests.access.doors import Door


def entrance(letter: str, uid: str, key: str) -> list[Door]:
    """On both kinds of host."""
    return [
        Door("preferences", "for-anybody", "POST", sends=lambda: {"language": "en"}),
        Door("javascript-catalogue", "for-anybody"),
        Door("account_login", "for-anybody", "GET POST"),
        Door("account_logout", "for-anybody", "GET POST"),
        Door("account_signup", "for-anybody", "GET POST"),
        Door("account_inactive", "for-anybody"),
        Door("account_invitation", "letter", "GET POST", at={"token": letter}),
        Door("account_reset_password", "for-anybody", "GET POST"),
        Door("account_reset_password_done", "for-anybody"),
        Door(
            "account_reset_password_from_key",
            "for-anybody",
            "GET POST",
            at={"uidb36": uid, "key": key},
            whole=True,
            absent="in",  # and says that the link is no good
        ),
        Door("account_reset_password_from_key_done", "for-anybody"),
        Door("mfa_authenticate", "for-anybody", "GET POST"),
        Door("mfa_login_webauthn", "for-anybody", "GET POST"),
        Door("account_change_password", "own-account", "GET POST"),
        Door("account_sessions", "own-account"),
        Door("account_end_session", "own-account", "POST"),
        Door("account_end_all_sessions", "own-account", "POST"),
        Door("account_reauthenticate", "own-account", "GET POST"),
        Door("mfa_index", "own-account"),
        Door("mfa_reauthenticate", "own-account", "GET POST"),
        Door("mfa_activate_totp", "own-account", "GET POST"),
        Door("mfa_deactivate_totp", "own-account", "GET POST"),
        Door("mfa_view_recovery_codes", "own-account"),
        Door("mfa_generate_recovery_codes", "own-account", "GET POST"),
        Door("mfa_download_recovery_codes", "own-account"),
        Door("mfa_list_webauthn", "own-account"),
        Door("mfa_add_webauthn", "own-account", "GET POST"),
        Door("mfa_edit_webauthn", "own-account", "GET POST", sends=lambda: {"name": "Laptop"}),
        Door("mfa_remove_webauthn", "own-account", "GET POST"),
        Door("mfa_reauthenticate_webauthn", "own-account", "GET POST"),
    ]
