"""Conversations of one company, to read; its outcomes, canned replies and files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from contactcenter.faces.admin.fields import Texts
from contactcenter.faces.admin.records.base import ReadOnlyRecordAdmin, RecordAdmin, text_in
from contactcenter.faces.admin.sites import records, records_of
from contactcenter.operation.audit.actions import Action
from contactcenter.records.conversations.models import CannedReply, Conversation, Disposition
from contactcenter.records.conversations.setting_up import save_company_reply, save_outcome
from contactcenter.records.conversations.transcript import event_for_staff
from contactcenter.records.files.models import StoredFile


@admin.register(Conversation, site=records)
class ConversationAdmin(ReadOnlyRecordAdmin):
    list_display = ("started", "customer_name", "subject", "channel", "state", "outcome", "last_sequence")
    list_filter = ("state", "channel", "deferred", "disposition_missing")
    search_fields = ("customer__name_key", "subject")
    search_help_text = gettext_lazy("Name of the customer, or what it is about")
    ordering = ("-created_at", "-pk")
    talk = ("customer_link", "subject", "state", "outcome", "summary", "files", "timeline")
    around = ("id", "channel", "language", "deferred", "page", "device", "created_at", "closed_at", "closed_by")
    fieldsets = ((None, {"fields": talk}), (gettext_lazy("Around it"), {"fields": around}))
    readonly_fields = (*talk, *around)
    read_as = Action.CONVERSATION_READ

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        found: QuerySet[Conversation] = super().get_queryset(request)
        return found.select_related("customer", "disposition")

    @admin.display(description=gettext_lazy("begun"), ordering="created_at")
    def started(self, conversation: Conversation) -> Any:
        return conversation.created_at

    @admin.display(description=gettext_lazy("customer"), ordering="customer__name_key")
    def customer_name(self, conversation: Conversation) -> str:
        return conversation.customer.name or _("Visitor")

    @admin.display(description=gettext_lazy("customer"))
    def customer_link(self, conversation: Conversation) -> str:
        address = reverse("records:customers_customer_change", args=[conversation.customer_id])
        return format_html('<a href="{}">{}</a>', address, conversation.customer.name or _("Visitor"))

    @admin.display(description=gettext_lazy("outcome"))
    def outcome(self, conversation: Conversation) -> str:
        if conversation.disposition:
            return text_in(conversation.disposition.label, get_language() or "en", "en")
        return _("Missing") if conversation.disposition_missing else "–"

    @admin.display(description=gettext_lazy("files"))
    def files(self, conversation: Conversation) -> str:
        address = f"{reverse('records:files_storedfile_changelist')}?conversation__exact={conversation.pk}"
        count = StoredFile.objects.filter(conversation=conversation.pk).count()
        return format_html('<a href="{}">{}</a>', address, count) if count else "–"

    @admin.display(description=gettext_lazy("messages"))
    def timeline(self, conversation: Conversation) -> str:
        messages = conversation.messages.order_by("sequence").prefetch_related("attachments__file")
        notes = conversation.notes.order_by("created_at").select_related("author")
        rows = [
            {
                "at": message.created_at,
                "who": message.author_name or message.get_author_display(),
                "text": event_for_staff(message.event, message.author_name) if message.event else message.text,
                "kind": "event" if message.event else message.direction,
                "redacted": message.redacted_at is not None,
                "files": [attachment.file.name for attachment in message.attachments.all()],
            }
            for message in messages
        ]
        rows += [
            {"at": note.created_at, "who": note.author.name, "text": note.text, "kind": "note", "files": []}
            for note in notes
        ]
        return render_to_string("admin_face/_timeline.html", {"rows": sorted(rows, key=lambda row: row["at"])})


class SharedText(RecordAdmin):
    """A row with one text in each of the company's languages."""

    text_field: str
    text_label: Any

    def more_fields(self, request: HttpRequest, obj: Any) -> dict[str, forms.Field]:
        texts = getattr(obj, self.text_field) if obj else {}
        hint = _("One language a line: {languages}.").format(
            languages=", ".join(f"“{language}: …”" for language in records_of(request).languages)
        )
        area = forms.Textarea(attrs={"rows": 4})
        return {self.text_field: Texts(label=self.text_label, initial=texts, help_text=hint, widget=area)}

    def save(self, obj: Any | None, data: dict[str, Any]) -> Any:
        """By the service. `obj` None: a new row."""
        raise NotImplementedError

    def keep(self, request: HttpRequest, obj: Any, form: Any, *, change: bool) -> Any:
        with transaction.atomic():
            kept = self.save(obj if change else None, form.cleaned_data)
            self.write_down(request, kept.pk, list(form.changed_data))
        return kept


@admin.register(Disposition, site=records)
class OutcomeAdmin(SharedText):
    list_display = ("in_words", "key", "position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("key", "label")
    columns = ("key", "position", "is_active")
    fixed = ("key",)
    text_field, text_label = "label", gettext_lazy("Words")

    def save(self, obj: Disposition | None, data: dict[str, Any]) -> Disposition:
        return save_outcome(outcome=obj, **{"key": obj.key if obj else "", **data})

    @admin.display(description=gettext_lazy("outcome"))
    def in_words(self, outcome: Disposition) -> str:
        return text_in(outcome.label, get_language() or "en", "en")


@admin.register(CannedReply, site=records)
class CannedReplyAdmin(SharedText):
    """The company's. An agent's own are the agent's."""

    list_display = ("shortcut", "title", "is_active")
    list_filter = ("is_active",)
    search_fields = ("shortcut", "title")
    columns = ("shortcut", "title", "is_active")
    text_field, text_label = "text", gettext_lazy("Text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CannedReply]:
        found: QuerySet[CannedReply] = super().get_queryset(request)
        return found.filter(owner=None)

    def save(self, obj: CannedReply | None, data: dict[str, Any]) -> CannedReply:
        return save_company_reply(reply=obj, **data)


@admin.register(StoredFile, site=records)
class FileAdmin(ReadOnlyRecordAdmin):
    """What is known of a file, not the file: that is read in its conversation."""

    list_display = ("name", "type", "size", "conversation_link", "uploaded_by", "created_at")
    list_filter = ("type",)
    search_fields = ("name",)
    ordering = ("-created_at", "-pk")
    fields = ("id", "name", "type", "size", "conversation_link", "uploaded_by", "created_at")
    readonly_fields = fields
    read_as = Action.FILE_READ

    def get_queryset(self, request: HttpRequest) -> QuerySet[StoredFile]:
        found: QuerySet[StoredFile] = super().get_queryset(request)
        return found.select_related("uploaded_by")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "conversation__exact" or bool(super().lookup_allowed(lookup, value, request))

    @admin.display(description=gettext_lazy("conversation"))
    def conversation_link(self, file: StoredFile) -> str:
        address = reverse("records:conversations_conversation_change", args=[file.conversation])
        return format_html('<a href="{}">{}</a>', address, str(file.conversation)[:8])
