"""People, the agents among them, and client users' places in their companies."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contactcenter.faces.admin.base import HouseAdmin, acting
from contactcenter.faces.admin.fields import LEVELS_HINT, PersonField, level_fields, levels_of
from contactcenter.faces.admin.sites import house
from contactcenter.lib.clock import now
from contactcenter.operation.accounts import services, staffing
from contactcenter.operation.accounts.invitations import invite, revoke_invitation
from contactcenter.operation.accounts.models import Invitation, Membership, Role, User
from contactcenter.operation.accounts.staffing import Work
from contactcenter.operation.agents.models import Agent, Skill
from contactcenter.operation.routing.models import Pool
from tenants.models import Tenant

CLIENT = ("", gettext_lazy("None: of a client company"))


@admin.register(User, site=house)
class PersonAdmin(HouseAdmin):
    list_display = ("name", "email", "role", "desk", "is_active", "last_login")
    list_filter = ("is_active", "role")
    search_fields = ("name", "email")
    search_help_text = gettext_lazy("Name or mail address")
    ordering = ("name", "pk")
    columns = ("name", "email", "language", "role", "is_active")
    readonly_fields = ("desk", "portal", "last_login", "created_at")
    fields = ("name", "email", "language", "role", "is_active", "desk", "portal", "last_login", "created_at")
    actions = ("deactivate", "reactivate")
    can_add = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        found: QuerySet[User] = super().get_queryset(request)
        return found.select_related("agent")

    @admin.display(description=gettext_lazy("desk"), ordering="agent__alias")
    def desk(self, user: User) -> str:
        agent = getattr(user, "agent", None)
        if agent:
            return format_html(
                '<a href="{}">{}</a>', reverse("admin:agents_agent_change", args=[agent.pk]), agent.alias
            )
        if user.role in staffing.DESK_ROLES:
            address = f"{reverse('admin:agents_agent_add')}?person={user.email}"
            return format_html('<a href="{}">{}</a>', address, _("Give a desk"))
        return "–"

    @admin.display(description=gettext_lazy("portal of"))
    def portal(self, user: User) -> str:
        found = user.memberships.filter(is_active=True).select_related("tenant").defer("tenant__logo")
        return ", ".join(f"{row.tenant.name} ({row.get_role_display()})" for row in found) or "–"

    def more_fields(self, request: HttpRequest, obj: User | None) -> dict[str, forms.Field]:
        return {
            "language": forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES),
            "role": forms.ChoiceField(
                label=_("Role"),
                choices=[CLIENT, *Role.choices],
                required=False,
                help_text=_("Whoever gets another role is signed out everywhere and comes back with the new one."),
            ),
        }

    def keep(self, request: HttpRequest, obj: User, form: Any, *, change: bool) -> User:
        data, by, at = form.cleaned_data, acting(request), now()
        before = User.objects.get(pk=obj.pk)
        staffing.describe(user=before, name=data["name"], email=data["email"], language=data["language"], by=by, now=at)
        if before.role != data["role"]:
            services.change_role(user=before, role=data["role"], by=by, now=at)
        if before.is_active and not data["is_active"]:
            services.deactivate(user=before, by=by, now=at)
        elif data["is_active"] and not before.is_active:
            services.reactivate(user=before, by=by, now=at)
        return before

    @admin.action(description=gettext_lazy("Deactivate: signed out at once, kept in every record"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        by = acting(request)
        self.each(
            request,
            queryset.filter(is_active=True),
            lambda user: services.deactivate(user=user, by=by, now=now()),
            _("Deactivated: {count}"),
        )

    @admin.action(description=gettext_lazy("Reactivate"))
    def reactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        by = acting(request)
        self.each(
            request,
            queryset.filter(is_active=False),
            lambda user: services.reactivate(user=user, by=by, now=now()),
            _("Reactivated: {count}"),
        )


@admin.register(Agent, site=house)
class AgentAdmin(HouseAdmin):
    list_display = ("alias", "person", "email", "serves", "is_active")
    list_filter = ("is_active", "tenants", "pools")
    search_fields = ("alias", "user__name", "user__email")
    search_help_text = gettext_lazy("Alias, name or mail address")
    ordering = ("user__name", "pk")
    columns = ("alias", "is_active")
    readonly_fields = ("person_link",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        found: QuerySet[Agent] = super().get_queryset(request)
        return found.select_related("user").prefetch_related("tenants")

    @admin.display(description=gettext_lazy("person"), ordering="user__name")
    def person(self, agent: Agent) -> str:
        return agent.user.name

    @admin.display(description=gettext_lazy("person"))
    def person_link(self, agent: Agent) -> str:
        address = reverse("admin:accounts_user_change", args=[agent.user_id])
        return format_html('<a href="{}">{}</a> {}', address, agent.user.name, agent.user.email)

    @admin.display(description=gettext_lazy("mail"), ordering="user__email")
    def email(self, agent: Agent) -> str:
        return agent.user.email

    @admin.display(description=gettext_lazy("serves"))
    def serves(self, agent: Agent) -> str:
        return ", ".join(sorted(tenant.name for tenant in agent.tenants.all())) or "–"

    def get_fieldsets(self, request: HttpRequest, obj: Agent | None = None) -> Any:
        skills = [f"skill_{skill}" for skill in Skill.objects.order_by("kind", "name").values_list("pk", flat=True)]
        who = "person_link" if obj else "person"
        return [
            (None, {"fields": [who, *self.columns, "chats_at_once", "companies", "pools"]}),
            (_("Skills"), {"fields": skills, "description": LEVELS_HINT}),
        ]

    def more_fields(self, request: HttpRequest, obj: Agent | None) -> dict[str, forms.Field]:
        levels = dict(obj.agent_skills.values_list("skill", "level")) if obj else {}
        more: dict[str, forms.Field] = {
            "chats_at_once": forms.IntegerField(
                label=_("Chats at once"), min_value=0, max_value=20, initial=obj.capacity.chat_limit if obj else 3
            ),
            "companies": forms.ModelMultipleChoiceField(
                label=_("Companies served"),
                queryset=Tenant.objects.filter(is_active=True).defer("logo").order_by("name"),
                required=False,
                initial=[tenant.pk for tenant in obj.tenants.all()] if obj else (),
                widget=forms.CheckboxSelectMultiple,
            ),
            "pools": forms.ModelMultipleChoiceField(
                label=_("Pools"),
                queryset=Pool.objects.order_by("name"),
                required=False,
                initial=list(obj.pools.values_list("pk", flat=True)) if obj else (),
                widget=forms.CheckboxSelectMultiple,
            ),
            **level_fields(Skill.objects.order_by("kind", "name"), levels),
        }
        if obj is None:
            hint = _("The mail address of somebody who is in the list of people.")
            more["person"] = PersonField(label=_("Person"), help_text=hint, initial=request.GET.get("person", ""))
        return more

    def keep(self, request: HttpRequest, obj: Agent, form: Any, *, change: bool) -> Agent:
        data, by = form.cleaned_data, acting(request)
        closed = list(obj.tenants.filter(is_active=False)) if change else []  # not on the form, and not lost by it
        work = Work(
            alias=data["alias"],
            chats_at_once=data["chats_at_once"],
            is_active=data["is_active"],
            tenants=[*data["companies"], *closed],
            skills=levels_of(data),
            pools=list(data["pools"]),
        )
        if change:
            return staffing.change_agent(agent=obj, work=work, by=by, now=now())
        return staffing.make_agent(user=data["person"], work=work, by=by, now=now())


@admin.register(Membership, site=house)
class MembershipAdmin(HouseAdmin):
    list_display = ("person", "email", "tenant", "role", "is_active")
    list_filter = ("is_active", "role", "tenant")
    search_fields = ("user__name", "user__email", "tenant__name")
    search_help_text = gettext_lazy("Name, mail address or company")
    ordering = ("tenant__name", "user__name")
    columns = ("tenant", "role", "is_active")
    fixed = ("tenant",)
    readonly_fields = ("person_link",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        found: QuerySet[Membership] = super().get_queryset(request)
        return found.select_related("user", "tenant").defer("tenant__logo")

    @admin.display(description=gettext_lazy("person"), ordering="user__name")
    def person(self, membership: Membership) -> str:
        return membership.user.name

    @admin.display(description=gettext_lazy("mail"), ordering="user__email")
    def email(self, membership: Membership) -> str:
        return membership.user.email

    @admin.display(description=gettext_lazy("person"))
    def person_link(self, membership: Membership) -> str:
        address = reverse("admin:accounts_user_change", args=[membership.user_id])
        return format_html('<a href="{}">{}</a> {}', address, membership.user.name, membership.user.email)

    def heading(self, obj: Membership) -> str:
        return f"{obj.user.name}, {obj.tenant.name}"

    def get_fieldsets(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        return [(None, {"fields": ["person_link" if obj else "person", *self.columns]})]

    def more_fields(self, request: HttpRequest, obj: Membership | None) -> dict[str, forms.Field]:
        if obj:
            return {}
        hint = _("The mail address of somebody who is in the list of people.")
        return {"person": PersonField(label=_("Person"), help_text=hint)}

    def keep(self, request: HttpRequest, obj: Membership, form: Any, *, change: bool) -> Membership:
        data, by, at = form.cleaned_data, acting(request), now()
        if change and not form.changed_data:
            return obj
        user, tenant = (obj.user, obj.tenant) if change else (data["person"], data["tenant"])
        membership = services.grant_membership(user=user, tenant=tenant, role=data["role"], by=by, now=at)
        if not data["is_active"]:
            services.revoke_membership(user=user, tenant=tenant, by=by, now=at)
        return membership


@admin.register(Invitation, site=house)
class InvitationAdmin(HouseAdmin):
    """People come by invitation: they choose their own password."""

    list_display = ("email", "for_what", "state", "letter", "created_at", "invited_by")
    list_filter = (("accepted_at", admin.EmptyFieldListFilter), "tenant")
    search_fields = ("email", "tenant__name")
    search_help_text = gettext_lazy("Mail address or company")
    ordering = ("-pk",)
    columns = ("tenant",)
    fields = (
        "email",
        "for_what",
        "state",
        "letter",
        "created_at",
        "expires_at",
        "invited_by",
        "accepted_by",
        "revoked_by",
    )
    actions = ("take_back",)

    def get_readonly_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Collection[str]:
        return self.fields if obj else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        found: QuerySet[Invitation] = super().get_queryset(request)
        return found.select_related("tenant", "invited_by").defer("tenant__logo")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A letter that is out is taken back, not changed."""
        return obj is None and bool(super().has_change_permission(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        return [(None, {"fields": self.fields if obj else ("email", "role", "tenant")})]

    def heading(self, obj: Invitation) -> str:
        return obj.email

    @admin.display(description=gettext_lazy("as"))
    def for_what(self, invitation: Invitation) -> str:
        role = invitation.get_role_display()
        return f"{role}, {invitation.tenant.name}" if invitation.tenant else role

    @admin.display(description=gettext_lazy("state"))
    def state(self, invitation: Invitation) -> str:
        return str(invitation.state_at(now()).label)

    @admin.display(description=gettext_lazy("letter sent"), ordering="mailed_at")
    def letter(self, invitation: Invitation) -> Any:
        return invitation.mailed_at or _("No: invite again")

    def more_fields(self, request: HttpRequest, obj: Invitation | None) -> dict[str, forms.Field]:
        if obj:
            return {}
        roles = [(_("Staff"), Role.choices), (_("Of a client company"), Membership.Role.choices)]
        return {
            "email": forms.EmailField(label=_("Mail address"), initial=request.GET.get("email", "")),
            "role": forms.ChoiceField(label=_("Role"), choices=roles),
            "tenant": forms.ModelChoiceField(
                label=_("Company"),
                queryset=Tenant.objects.filter(is_active=True).defer("logo").order_by("name"),
                required=False,
                initial=request.GET.get("tenant"),
                help_text=_("Only for people of a client company."),
            ),
        }

    def keep(self, request: HttpRequest, obj: Invitation, form: Any, *, change: bool) -> Invitation:
        data = form.cleaned_data
        return invite(tenant=data["tenant"], role=data["role"], email=data["email"], by=acting(request), now=now())

    @admin.action(description=gettext_lazy("Take back: the letter opens nothing any more"))
    def take_back(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        by, at = acting(request), now()
        still_open = queryset.filter(accepted_at=None, revoked_at=None).select_related("tenant")
        self.each(
            request,
            still_open,
            lambda each: revoke_invitation(tenant=each.tenant, invitation_id=each.pk, by=by, now=at),
            _("Taken back: {count}"),
        )
