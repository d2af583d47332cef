"""Words that a company wrote itself, by language; and what a language is called."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import get_language_info


def label_in(labels: Mapping[str, str], *languages: str) -> str:
    """The first of these languages that has a text, else any."""
    return next((labels[language] for language in languages if labels.get(language)), next(iter(labels.values()), ""))


def language_name(code: str) -> str:
    known = dict(settings.LANGUAGES)
    return str(get_language_info(code)["name_translated"]) if code in known else code
