"""The company's own people in the portal: who they are, and, for managers, who may come and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from contactcenter.faces.portal.pages import Guest, for_clients
from contactcenter.lib import clock
from contactcenter.operation.accounts.clients import (
    LastManager,
    NoMembership,
    change_client_role,
    end_membership,
    people_of,
)
from contactcenter.operation.accounts.forms import Dressed
from contactcenter.operation.accounts.invitations import (
    NoInvitation,
    invitations_of,
    invite,
    revoke_invitation,
)
from contactcenter.operation.accounts.models import Invitation, Membership
from contactcenter.operation.accounts.services import NotAllowed

LETTERS_SHOWN = 50


class InviteForm(Dressed):
    email = forms.EmailField(label=gettext_lazy("Work mail"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=Membership.Role.choices, initial=Membership.Role.VIEWER
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].widget.attrs["class"] = "form-select"


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Membership.Role.choices)


@require_safe
@for_clients
def people(request: HttpRequest, guest: Guest) -> HttpResponse:
    return page(request, guest, InviteForm())


@require_POST
@for_clients
def send_invitation(request: HttpRequest, guest: Guest) -> HttpResponse:
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            sent = invite(
                tenant=guest.company,
                role=form.cleaned_data["role"],
                email=form.cleaned_data["email"],
                by=guest.user,
                now=clock.now(),
            )
        except ValidationError as refused:
            for name, told in refused.message_dict.items():
                form.add_error(name, told)
        except NotAllowed:
            raise PermissionDenied from None
        else:
            messages.success(request, _("The invitation goes to {email} by mail.").format(email=sent.email))
            return redirect("portal:people")
    return page(request, guest, form, status=422)


@require_POST
@for_clients
def take_back(request: HttpRequest, guest: Guest, invitation_id: int) -> HttpResponse:
    def change() -> str:
        revoke_invitation(tenant=guest.company, invitation_id=invitation_id, by=guest.user, now=clock.now())
        return _("The invitation is taken back: its link opens nothing any more.")

    return changed(request, guest, change)


@require_POST
@for_clients
def change_role(request: HttpRequest, guest: Guest, membership_id: int) -> HttpResponse:
    form = RoleForm(request.POST)

    def change() -> str:
        if not form.is_valid():
            raise Http404
        kept = change_client_role(
            tenant=guest.company,
            membership_id=membership_id,
            role=form.cleaned_data["role"],
            by=guest.user,
            now=clock.now(),
        )
        return _("{name} has the role {role} now.").format(name=kept.user.name, role=kept.get_role_display())

    return changed(request, guest, change)


@require_POST
@for_clients
def remove(request: HttpRequest, guest: Guest, membership_id: int) -> HttpResponse:
    def change() -> str:
        end_membership(tenant=guest.company, membership_id=membership_id, by=guest.user, now=clock.now())
        return _("That person is let in no more, from this moment on.")

    return changed(request, guest, change)


def changed(request: HttpRequest, guest: Guest, change: Callable[[], str]) -> HttpResponse:
    """What is not of this company is missing; whoever lost the right a moment ago is told so."""
    try:
        messages.success(request, change())
    except (NoMembership, NoInvitation):
        raise Http404 from None
    except NotAllowed:
        raise PermissionDenied from None
    except LastManager:
        told = _("This is the last manager: nobody could invite anybody any more. Make somebody else a manager first.")
        return page(request, guest, InviteForm(), refused=told, status=422)
    return redirect("portal:people")


def page(request: HttpRequest, guest: Guest, form: InviteForm, *, refused: str = "", status: int = 200) -> HttpResponse:
    at = clock.now()
    letters: list[tuple[Invitation, str]] = []
    if guest.is_manager:
        found = invitations_of(tenant=guest.company, by=guest.user).filter(accepted_at=None, revoked_at=None)
        letters = [(letter, letter.state_at(at)) for letter in found[:LETTERS_SHOWN]]
    context = {
        "form": form,
        "refused": refused,
        "people": list(people_of(guest.company)),
        "roles": Membership.Role.choices,
        "letters": letters,
    }
    return render(request, "portal/people.html", context, status=status)
