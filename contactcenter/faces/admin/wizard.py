"""A new company, step by step. What was typed waits in the session until the last step makes all of it at once.

A logo that could be read waits there too; one that could not is asked for again.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from contactcenter.faces.admin.base import acting
from contactcenter.faces.admin.company_fields import brand_fields, hours_fields, new_tenant, read_logo, who_fields
from contactcenter.faces.admin.widgets import chat_fields
from contactcenter.gateways.webchat.changing import create_company
from contactcenter.gateways.webchat.config import read_config
from contactcenter.gateways.webchat.first_chat import tag_of
from contactcenter.lib.clock import now
from contactcenter.operation.accounts.services import NotAllowed
from tenants import door
from tenants.addresses import public_address
from tenants.models import Tenant
from tenants.names import why_no_host, why_no_schema
from tenants.services import why_host_is_taken, why_name_is_taken, why_schema_is_taken

KEPT = "new company"  # in the session
PROGRESS_SECONDS = 120
Typed = dict[str, dict[str, str]]  # step → field → as it was typed


@dataclass(frozen=True)
class Step:
    key: str
    title: str | Promise
    fields: Callable[[], dict[str, forms.Field]]


def first_fields() -> dict[str, forms.Field]:
    who = who_fields()
    schema = forms.CharField(
        label=_("Schema"),
        max_length=41,
        help_text=_("Small letters, digits and _. Names the company’s own part of the database and never changes."),
    )
    return {
        "name": who["name"],
        "schema": schema,
        "hosts": who["hosts"],
        "legal_names": who["legal_names"],
        "contract": who["contract"],
    }


STEPS = (
    Step("who", gettext_lazy("Name and hosts"), first_fields),
    Step("brand", gettext_lazy("Brand"), brand_fields),
    Step("hours", gettext_lazy("Hours"), hours_fields),
    Step("chat", gettext_lazy("Chat"), chat_fields),
)
KEYS = tuple(step.key for step in STEPS)


class StepForm(forms.Form):
    """The fields of one step, dressed as ours."""

    def __init__(self, step: Step, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = step
        self.fields.update(step.fields())
        for field in self.fields.values():
            chosen = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if chosen else "form-control"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, why in self.objections(cleaned):
            if why:
                self.add_error(name, why)
        return cleaned

    def objections(self, cleaned: Mapping[str, Any]) -> list[tuple[str, str | None]]:
        """What would stop the company at the last step is told at the field's own."""
        found: list[tuple[str, str | None]] = []
        if schema := cleaned.get("schema"):
            found.append(("schema", why_no_schema(schema) or why_schema_is_taken(schema)))
        if self.step.key == "who" and (name := cleaned.get("name")):
            found.append(("name", why_name_is_taken(name)))
        found += [("hosts", why_no_host(host) or why_host_is_taken(host)) for host in cleaned.get("hosts") or ()]
        if origins := cleaned.get("origins"):
            try:
                read_config({"origins": origins})
            except ValidationError as error:
                found += [("origins", message) for message in error.messages]
        if self.step.key == "brand":
            colour = str(cleaned.get("colour", "")).lower()
            fits = len(colour) == 7 and colour[0] == "#" and all(digit in "0123456789abcdef" for digit in colour[1:])
            found.append(("colour", None if fits else _("Write a colour such as #6a3fd0.")))
        return found


@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Goes on where somebody stopped, unless they ask for a fresh one."""
    if "fresh" in request.GET or KEPT not in request.session:
        request.session[KEPT] = {"id": secrets.token_hex(8), "typed": {}, "logo": ""}
    return redirect("new-company:step", step=first_unanswered(kept(request)["typed"]))


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, step: str) -> HttpResponse:
    if step not in KEYS:
        raise Http404
    state = kept(request)
    if request.method == "GET":
        typed = state["typed"].get(step)
        form = StepForm(STEPS[KEYS.index(step)], typed)  # unbound where nothing was typed
        return show(request, form, status=200)
    form = StepForm(STEPS[KEYS.index(step)], request.POST, request.FILES)
    state["typed"][step] = {name: request.POST.get(name, "") for name in form.fields if name != "logo"}
    keep_logo(state, form)
    request.session.modified = True
    if "back" in request.POST:
        return redirect("new-company:step", step=KEYS[max(0, KEYS.index(step) - 1)])
    if not form.is_valid():
        return show(request, form, status=422)
    if step != KEYS[-1]:
        return redirect("new-company:step", step=KEYS[KEYS.index(step) + 1])
    return make(request, state, form)


@require_GET
def progress(request: HttpRequest) -> JsonResponse:
    """Of the company being made in this session: steps done, of how many."""
    done, total = cache.get(key_of(kept(request)["id"])) or (0, 0)
    return JsonResponse({"done": done, "total": total}, headers={"Cache-Control": "no-store"})


@require_GET
def done(request: HttpRequest, schema: str) -> HttpResponse:
    tenant = Tenant.objects.defer("logo").filter(schema_name=schema).first()
    if tenant is None:
        raise Http404
    facts = {
        "made": tenant,
        "tag": tag_of(tenant),
        "site": public_address(tenant),
        "widget": public_address(tenant, "/widget/"),
        "agents": tenant.agents.filter(is_active=True).count(),
    }
    return render(request, "admin_face/new_company_done.html", facts)


def make(request: HttpRequest, state: dict[str, Any], last: StepForm) -> HttpResponse:
    """All of it, or nothing; then everything that was typed is still there, with what was refused."""
    forms_of_steps = {each.key: StepForm(each, state["typed"].get(each.key, {})) for each in STEPS}
    for key, form in forms_of_steps.items():
        if not form.is_valid():  # taken by somebody else meanwhile, or left out
            return redirect("new-company:step", step=key)
    data = {name: value for form in forms_of_steps.values() for name, value in form.cleaned_data.items()}
    request.session.save()  # what was typed outlives whatever may break now
    key = key_of(state["id"])
    try:
        create_company(
            new=new_tenant(data, schema=data["schema"], logo=base64.b64decode(state["logo"]) or None),
            origins=data["origins"],
            queue_name=data["queue_name"],
            pool_name=data["pool_name"],
            by=acting(request),
            now=now(),
            progress=lambda done, total, what: tell(key, done, total),
        )
    except ValidationError as error:
        return refused(request, last, error)
    except NotAllowed:
        raise PermissionDenied from None
    del request.session[KEPT]
    return redirect("new-company:done", schema=data["schema"])


def refused(request: HttpRequest, last: StepForm, error: ValidationError) -> HttpResponse:
    """At the field, where it is one of this step; else in words that name the step."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in by_field.items():
        home = next((each for each in STEPS if name in each.fields()), None)
        if name in last.fields:
            last.add_error(name, messages)
        else:
            last.add_error(None, [f"{home.title}: {message}" if home else message for message in messages])
    return show(request, last, status=422)


def show(request: HttpRequest, form: StepForm, *, status: int) -> HttpResponse:
    state, at = kept(request), KEYS.index(form.step.key)
    facts = {
        "form": form,
        "step": form.step,
        "number": at + 1,
        "steps": [{"title": each.title, "key": each.key, "is_done": each.key in state["typed"]} for each in STEPS],
        "is_first": at == 0,
        "is_last": at == len(STEPS) - 1,
        "has_logo": bool(state["logo"]),
        "progress": reverse("new-company:progress"),
    }
    return render(request, "admin_face/new_company.html", facts, status=status)


def kept(request: HttpRequest) -> dict[str, Any]:
    """What was typed so far. A session may end while somebody types: then it begins anew."""
    state: dict[str, Any] = request.session.setdefault(KEPT, {"id": secrets.token_hex(8), "typed": {}, "logo": ""})
    return state


def keep_logo(state: dict[str, Any], form: StepForm) -> None:
    if "logo" not in form.fields or not form.files.get("logo"):
        return
    try:
        content = read_logo({"logo": form.files["logo"]})
    except ValidationError as error:
        form.add_error("logo", error.message_dict["logo"])
        return
    state["logo"] = base64.b64encode(content or b"").decode()


def first_unanswered(typed: Typed) -> str:
    return next((key for key in KEYS if key not in typed), KEYS[-1])


def key_of(state_id: str) -> str:
    return f"new-company:{state_id}"


def tell(key: str, done: int, total: int) -> None:
    """Where the pages read it: while its tables are made, the work stands in the company."""
    with door.shared():
        cache.set(key, (done, total), PROGRESS_SECONDS)
