"""How work is shared: queues, pools, skills, reasons for breaks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contactcenter.faces.admin.base import HouseAdmin, HouseForm, acting
from contactcenter.faces.admin.fields import LEVELS_HINT, People, Texts, level_fields, levels_of
from contactcenter.faces.admin.sites import house
from contactcenter.lib.clock import now
from contactcenter.operation.agents.models import BreakReason, Skill
from contactcenter.operation.routing import setting_up
from contactcenter.operation.routing.models import Pool, Queue

SHOWN = 50  # of a long list of names
CHANNELS = [("chat", gettext_lazy("Chat"))]


class QueueForm(HouseForm):
    def _get_validation_exclusions(self) -> set[str]:
        """That another queue is the default now is for the service, which takes it from that one."""
        return {*super()._get_validation_exclusions(), "is_default", "key"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "tenant" in cleaned and Queue.objects.filter(tenant=cleaned["tenant"], key=cleaned.get("key")).exists():
            self.add_error("key", _("The company has a queue with this key already."))
        return cleaned


@admin.register(Queue, site=house)
class QueueAdmin(HouseAdmin):
    form = QueueForm
    list_display = ("name", "tenant", "in_words", "is_default", "is_active")
    list_filter = ("is_active", "tenant", "pool")
    search_fields = ("name", "key", "tenant__name")
    search_help_text = gettext_lazy("Name of the queue or the company")
    ordering = ("tenant__name", "name")
    columns = (
        *("tenant", "name", "key", "channel", "pool", "is_default", "is_active", "offer_seconds", "wrap_up_seconds"),
        *("first_reply_seconds", "next_reply_seconds", "answer_within_seconds", "answer_target_percent", "max_waiting"),
    )
    fixed = ("tenant", "channel", "key")
    readonly_fields = ("in_words",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        found: QuerySet[Queue] = super().get_queryset(request)
        return found.select_related("tenant", "pool").defer("tenant__logo").prefetch_related("required_skills__skill")

    @admin.display(description=gettext_lazy("in words"))
    def in_words(self, queue: Queue) -> str:
        return in_words(queue) if queue.pk else "–"

    def get_fieldsets(self, request: HttpRequest, obj: Queue | None = None) -> Any:
        skills = [f"skill_{skill}" for skill in Skill.objects.order_by("kind", "name").values_list("pk", flat=True)]
        times = ("answer_target_percent", "answer_within_seconds", "offer_seconds", "wrap_up_seconds")
        return [
            (None, {"fields": [*(("in_words",) if obj else ()), *self.columns[:7], "names"]}),
            (_("Times"), {"fields": [*times, "first_reply_seconds", "next_reply_seconds", "max_waiting"]}),
            (_("Skills that its work asks for"), {"fields": skills, "description": LEVELS_HINT}),
        ]

    def more_fields(self, request: HttpRequest, obj: Queue | None) -> dict[str, forms.Field]:
        levels = {row.skill_id: row.level for row in obj.required_skills.all()} if obj else {}
        more: dict[str, forms.Field] = {
            "names": Texts(
                label=_("Names for visitors"),
                required=False,
                initial=obj.names if obj else {},
                help_text=_("As the form before the chat shows it, one language a line: “en: A booking I have”."),
                widget=forms.Textarea(attrs={"rows": 3}),
            ),
            "answer_target_percent": forms.IntegerField(
                label=_("Service level: percent"), min_value=1, max_value=100, initial=80
            ),
            **level_fields(Skill.objects.order_by("kind", "name"), levels),
        }
        if obj is None:
            more["channel"] = forms.ChoiceField(label=_("Channel"), choices=CHANNELS, initial="chat")
        return more

    def keep(self, request: HttpRequest, obj: Queue, form: Any, *, change: bool) -> Queue:
        own = {name: value for name, value in form.cleaned_data.items() if not name.startswith("skill_")}
        return setting_up.save_queue(
            queue=obj if change else None,
            values=own,
            skills=levels_of(form.cleaned_data),
            by=acting(request),
            now=now(),
        )


def in_words(queue: Queue) -> str:
    """One sentence that an admin can check against what was agreed. `queue` with its pool, company and skills read."""
    asked = list(queue.required_skills.all())
    languages = [row.skill.name for row in asked if row.skill.kind == Skill.Kind.LANGUAGE]
    topics = [f"{row.skill.name} ({row.level})" for row in asked if row.skill.kind != Skill.Kind.LANGUAGE]
    facts = {
        "company": queue.tenant.name,
        "channel": {"chat": _("chats")}.get(queue.channel, queue.channel),
        "languages": ", ".join(languages),
        "topics": ", ".join(topics),
        "pool": queue.pool.name,
        "rings": queue.offer_seconds,
        "percent": queue.answer_target_percent,
        "within": queue.answer_within_seconds,
        "wrap_up": queue.wrap_up_seconds,
    }
    if languages:
        serves = _("Serves {company}’s {channel} in {languages} by the pool {pool}")
    else:
        serves = _("Serves {company}’s {channel} in any language by the pool {pool}")
    parts = [
        serves,
        *([_("by whoever knows {topics}")] if topics else []),
        _("rings {rings} s"),
        _("{percent} % within {within} s"),
        _("closes the wrap-up after {wrap_up} s"),
    ]
    sentence = "; ".join(parts).format(**facts)
    return sentence + "." if queue.is_active else _("Closed. {sentence}.").format(sentence=sentence)


@admin.register(Pool, site=house)
class PoolAdmin(HouseAdmin):
    list_display = ("name", "kind", "number_of_agents", "number_of_queues")
    list_filter = ("kind",)
    search_fields = ("name",)
    ordering = ("name",)
    columns = ("name", "kind")
    readonly_fields = ("serves", "members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pool]:
        found: QuerySet[Pool] = super().get_queryset(request)
        return found.annotate(
            agent_count=Count("agents", distinct=True),
            queue_count=Count("queues", distinct=True, filter=Q(queues__is_active=True)),
        )

    @admin.display(description=gettext_lazy("agents"), ordering="agent_count")
    def number_of_agents(self, pool: Any) -> int:
        return int(pool.agent_count)

    @admin.display(description=gettext_lazy("queues"), ordering="queue_count")
    def number_of_queues(self, pool: Any) -> int:
        return int(pool.queue_count)

    @admin.display(description=gettext_lazy("serves"))
    def serves(self, pool: Pool) -> str:
        queues = pool.queues.filter(is_active=True).select_related("tenant").defer("tenant__logo")
        return (
            ", ".join(f"{queue.tenant.name}: {queue.name}" for queue in queues.order_by("tenant__name", "name")) or "–"
        )

    @admin.display(description=gettext_lazy("agents"))
    def members(self, pool: Pool) -> str:
        found = pool.agents.select_related("user").order_by("user__name")[: SHOWN + 1]
        names = [f"{agent.user.name} ({agent.user.email})" for agent in found]
        more = _("… and more: the list of agents can be filtered by pool") if len(names) > SHOWN else ""
        return ", ".join([*names[:SHOWN], *([more] if more else [])]) or "–"

    def get_fieldsets(self, request: HttpRequest, obj: Pool | None = None) -> Any:
        names = (*self.columns, "serves", "members", "joining", "leaving") if obj else (*self.columns, "joining")
        return [(None, {"fields": names})]

    def more_fields(self, request: HttpRequest, obj: Pool | None) -> dict[str, forms.Field]:
        hint = _("Mail addresses, one a line.")
        rows = {"rows": 3}
        more: dict[str, forms.Field] = {
            "joining": People(label=_("Agents who join"), required=False, help_text=hint, widget=forms.Textarea(rows))
        }
        if obj:
            more["leaving"] = People(
                label=_("Agents who leave"), required=False, help_text=hint, widget=forms.Textarea(rows)
            )
        return more

    def keep(self, request: HttpRequest, obj: Pool, form: Any, *, change: bool) -> Pool:
        data = form.cleaned_data
        return setting_up.save_pool(
            pool=Pool.objects.get(pk=obj.pk) if change else None,
            values={name: data[name] for name in self.columns},
            joining=data["joining"],
            leaving=data.get("leaving", ()),
            by=acting(request),
            now=now(),
        )


@admin.register(Skill, site=house)
class SkillAdmin(HouseAdmin):
    list_display = ("name", "kind", "key", "number_of_agents", "number_of_queues")
    list_filter = ("kind",)
    search_fields = ("name", "key")
    ordering = ("kind", "name")
    columns = ("kind", "key", "name")
    fixed = ("kind", "key")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Skill]:
        found: QuerySet[Skill] = super().get_queryset(request)
        return found.annotate(
            agent_count=Count("agentskill", distinct=True), queue_count=Count("queueskill", distinct=True)
        )

    @admin.display(description=gettext_lazy("agents"), ordering="agent_count")
    def number_of_agents(self, skill: Any) -> int:
        return int(skill.agent_count)

    @admin.display(description=gettext_lazy("queues"), ordering="queue_count")
    def number_of_queues(self, skill: Any) -> int:
        return int(skill.queue_count)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        help_texts = {"key": _("Small letters, digits and -; of a language its code, such as en.")}
        return super().get_form(request, obj, change, help_texts=help_texts, **kwargs)

    def keep(self, request: HttpRequest, obj: Skill, form: Any, *, change: bool) -> Skill:
        skill = Skill.objects.get(pk=obj.pk) if change else None
        return setting_up.save_skill(skill=skill, values=dict(form.cleaned_data), by=acting(request), now=now())


@admin.register(BreakReason, site=house)
class BreakReasonAdmin(HouseAdmin):
    list_display = ("name", "key", "position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "key")
    columns = ("name", "key", "position", "is_active")
    fixed = ("key",)

    def heading(self, obj: BreakReason) -> str:
        return obj.name

    def keep(self, request: HttpRequest, obj: BreakReason, form: Any, *, change: bool) -> BreakReason:
        reason = BreakReason.objects.get(pk=obj.pk) if change else None
        return setting_up.save_break_reason(
            reason=reason, values=dict(form.cleaned_data), by=acting(request), now=now()
        )
