"""What every list and form here has in common: nothing is deleted, a change is a service's, and the log is the house's.

A form checks what was typed; the service decides. Where the service refuses after the form was content, the form is
shown again with everything that was typed and the refusal at its field.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from contactcenter.access.admin import ADMIN_ACTIONS
from contactcenter.access.rule import Verdict, asker, decide
from contactcenter.faces.admin.fields import in_unfold
from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.services import LastAdmin, NotAllowed

PER_PAGE = 50
NOT_OURS = ("_delete", "_history")  # nothing is deleted; what was done stands in the house's own log


class HouseForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """`refusal` is what a service said to these very values a moment ago."""

    refusal: ValidationError | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_unfold(self)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.refusal:
            by_field = self.refusal.error_dict if hasattr(self.refusal, "error_dict") else {None: self.refusal}
            for name, errors in by_field.items():
                self.add_error(name if name in self.fields else None, errors)
        return cleaned


ASKED_FOR = ("exact", "id__exact", "isnull", "isempty")  # of a field, by Django's own filters


class HouseAdmin(ModelAdmin):
    form: ClassVar[type[forms.ModelForm]] = HouseForm  # type: ignore[type-arg]
    actions: Collection[str] = ()
    list_per_page = PER_PAGE
    show_full_result_count = False
    list_fullwidth = True
    read_only = False
    can_add = True
    columns: Collection[str] = ()  # of the model, that the form asks for
    fixed: Collection[str] = ()  # of those, what stays as it was made

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """By the list's own filters: by `password__startswith` a hash could be read letter by letter."""
        for each in self.list_filter:
            name = each[0] if isinstance(each, tuple) else getattr(each, "parameter_name", each)
            if lookup == name or lookup.removeprefix(f"{name}__") in ASKED_FOR:
                return True
        return False

    # Who --------------------------------------------------------------------------------------------------------------
    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self.admin_site.has_permission(request))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return not self.read_only and self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_add and self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    # Where ------------------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        unwanted = NOT_OURS if self.can_add and not self.read_only else (*NOT_OURS, "_add")
        return [url for url in super().get_urls() if url.name and not url.name.endswith(unwanted)]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Those that the table lets this person do. Not Django's own: that one deletes."""
        found: dict[str, Any] = super().get_actions(request)
        tenant = request.tenant  # type: ignore[attr-defined]
        who = asker(request.user, tenant)
        return {
            name: action
            for name, action in found.items()
            if decide(ADMIN_ACTIONS.get(self.name_of_action(name), ()), who) is Verdict.ALLOWED
        }

    def name_of_action(self, name: str) -> str:
        return f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}.{name}"

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    # What -------------------------------------------------------------------------------------------------------------
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (ValidationError, LastAdmin, IntegrityError) as error:
            request.refusal = in_words(error)  # type: ignore[attr-defined]
        except NotAllowed:
            raise PermissionDenied from None
        return super().changeform_view(request, object_id, form_url, extra_context)

    def more_fields(self, request: HttpRequest, obj: Any) -> dict[str, forms.Field]:
        """What the form asks for beside the model's columns, filled with what is."""
        return {}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A choice without windows that open over it to change what is chosen."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Collection[str]:
        return [*super().get_readonly_fields(request, obj), *(self.fixed if obj else ())]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["fields"] = [name for name in self.columns if name not in self.get_readonly_fields(request, obj)]
        form = super().get_form(request, obj, change=change, **kwargs)
        more = {} if self.read_only else self.more_fields(request, obj)
        return type(form.__name__, (form,), {"refusal": getattr(request, "refusal", None), **more})

    def keep(self, request: HttpRequest, obj: Any, form: Any, *, change: bool) -> Model:
        """Through a service. `obj` is the row as the form would leave it; what it was is in the database."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        kept = self.keep(request, obj, form, change=change)
        obj.pk = kept.pk
        obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Done by the service."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The service wrote it down. Django's own log would keep what the object is called."""

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        raise PermissionDenied

    def heading(self, obj: Any) -> str:
        """What one row is called over its page."""
        return str(obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> Any:
        context["heading"] = self.heading(obj) if obj else ""
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    # Help -------------------------------------------------------------------------------------------------------------
    def each(self, request: HttpRequest, rows: Any, act: Callable[[Any], object], done: str) -> None:
        """A bulk action: one that is refused does not stop the others, and is told by name."""
        count = 0
        for row in rows:
            try:
                act(row)
                count += 1
            except (ValidationError, LastAdmin) as error:
                self.message_user(request, f"{row}: {' '.join(in_words(error).messages)}", "ERROR")
        if count:
            self.message_user(request, done.format(count=count))


class ReadOnlyAdmin(HouseAdmin):
    read_only = True
    can_add = False


def in_words(error: Exception) -> ValidationError:
    if isinstance(error, ValidationError):
        return error
    if isinstance(error, LastAdmin):
        return ValidationError(_("Nobody would be left who can change people: make somebody else an admin first."))
    return ValidationError(
        {NON_FIELD_ERRORS: [_("Somebody else saved the same a moment ago: look at the list again.")]}
    )


def acting(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
