"""The company's canned replies: what its agents insert with a shortcut, in the company's own words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contactcenter.faces.portal.pages import Guest, for_clients
from contactcenter.lib import clock
from contactcenter.lib.labels import label_in, language_name
from contactcenter.operation.accounts.forms import Dressed
from contactcenter.records.conversations.models import CannedReply
from contactcenter.records.conversations.setting_up import company_reply, write_company_reply
from tenants.models import Tenant

TEXT_LIMIT = 4000


class ReplyForm(Dressed):
    """With a text for each of the company's languages."""

    shortcut = forms.CharField(
        label=gettext_lazy("Shortcut"),
        max_length=40,
        validators=[validate_slug],
        help_text=gettext_lazy("Typed after / in the composer: letters, digits, - and _."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=80)

    def __init__(self, *args: Any, company: Tenant, reply: CannedReply | None, **kwargs: Any) -> None:
        self.reply = reply
        known = {"shortcut": reply.shortcut, "title": reply.title} if reply else {}
        super().__init__(*args, initial=known, **kwargs)
        self.languages: list[str] = company.languages or [company.default_language]
        for language in self.languages:
            self.fields[f"text_{language}"] = forms.CharField(
                label=language_name(language),
                required=False,
                max_length=TEXT_LIMIT,
                initial=reply.text.get(language, "") if reply else "",
                widget=forms.Textarea({"rows": 4, "lang": language, "class": "form-control"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(f"text_{language}") for language in self.languages):
            self.add_error(f"text_{self.languages[0]}", _("Write the reply in at least one language."))
        return cleaned

    def texts(self) -> dict[str, str]:
        before = self.reply.text if self.reply else {}
        return {**before, **{language: self.cleaned_data[f"text_{language}"] for language in self.languages}}


@require_safe
@for_clients
def replies(request: HttpRequest, guest: Guest) -> HttpResponse:
    languages = (get_language() or "en", guest.company.default_language)
    known = CannedReply.objects.filter(owner=None).order_by("shortcut", "pk")
    rows = [(reply, label_in(reply.text, *languages)) for reply in known]
    context = {
        "rows": [row for row in rows if row[0].is_active],
        "retired": [row for row in rows if not row[0].is_active],
    }
    return render(request, "portal/replies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_clients
def write_reply(request: HttpRequest, guest: Guest) -> HttpResponse:
    return reply_form(request, guest, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_clients
def edit_reply(request: HttpRequest, guest: Guest, reply_id: int) -> HttpResponse:
    """A retired one that is saved is in use again."""
    return reply_form(request, guest, company_reply(reply_id))


@require_POST
@for_clients
def retire_reply(request: HttpRequest, guest: Guest, reply_id: int) -> HttpResponse:
    """It is kept, and offered to nobody any more."""
    reply = company_reply(reply_id)
    write_company_reply(
        tenant=guest.company,
        reply=reply,
        shortcut=reply.shortcut,
        title=reply.title,
        text=reply.text,
        is_active=False,
        by=guest.user,
        now=clock.now(),
    )
    messages.success(request, _("/{shortcut} is retired: agents find it no more.").format(shortcut=reply.shortcut))
    return redirect("portal:replies")


def reply_form(request: HttpRequest, guest: Guest, reply: CannedReply | None) -> HttpResponse:
    form = ReplyForm(request.POST or None, company=guest.company, reply=reply)
    if form.is_valid():
        try:
            with transaction.atomic():
                kept = write_company_reply(
                    tenant=guest.company,
                    reply=reply,
                    shortcut=form.cleaned_data["shortcut"],
                    title=form.cleaned_data["title"],
                    text=form.texts(),
                    by=guest.user,
                    now=clock.now(),
                )
        except ValidationError as refused:
            for name, told in refused.message_dict.items():
                form.add_error(name, told)
        except IntegrityError:  # the same form, sent twice at the same moment
            form.add_error("shortcut", _("The company has a reply with this shortcut already."))
        else:
            messages.success(request, _("/{shortcut} is saved: agents find it now.").format(shortcut=kept.shortcut))
            return redirect("portal:replies")
    status = 422 if form.is_bound else 200
    return render(request, "portal/reply_form.html", {"form": form, "reply": reply}, status=status)
