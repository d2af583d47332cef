"""A copy of the database alone opens nothing; a key that was changed still opens what it sealed."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import InvalidToken

from contactcenter.lib.sealing import seal, unseal


def test_it_opens_for_its_purpose_alone() -> None:
    sealed = seal("whsec_öffne", purpose="webhook secret")
    assert "whsec" not in sealed
    assert seal("whsec_öffne", purpose="webhook secret") != sealed
    assert unseal(sealed, purpose="webhook secret") == "whsec_öffne"
    with pytest.raises(InvalidToken):
        unseal(sealed, purpose="another")


def test_a_former_key_opens_until_it_is_dropped(settings: Any) -> None:
    sealed = seal("text", purpose="p")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new key"
    assert unseal(sealed, purpose="p") == "text"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        unseal(sealed, purpose="p")
