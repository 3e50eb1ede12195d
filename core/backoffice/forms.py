"""Plain forms on plain pages: ask, check, make one service call, say what happened (STYLE section 7)."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from core import reasons
from core.errors import DomainError, InvalidInput
from core.registry import Text

T = TypeVar("T")


class BackOfficeForm(forms.Form):
    """A form in the theme's looks (backoffice.css draws `gx-form`)."""

    required_css_class = "gx-required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            if isinstance(field, forms.SlugField):
                field.error_messages["invalid"] = _("Only the letters A to Z, digits, hyphens and underscores.")


class DayInput(forms.DateInput):
    """The browser's own calendar, which reads nothing but ISO dates."""

    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class ConfirmForm(BackOfficeForm):
    """Nothing to fill in: sending it is the answer."""


class ReasonForm(BackOfficeForm):
    """Why somebody does this: kept with what was done."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=reasons.AT_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("At least five letters, or three Chinese characters; it is kept in the log."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _focus(self, self.visible_fields()[0].name)

    def clean_reason(self) -> str:
        try:
            return reasons.checked(self.cleaned_data["reason"])
        except InvalidInput as refusal:
            raise ValidationError(str(refusal.detail)) from None


def _focus(form: forms.BaseForm, name: str) -> None:
    """Let one field be the one that is typed into first."""
    for field in form.fields.values():
        field.widget.attrs.pop("autofocus", None)
    form.fields[name].widget.attrs["autofocus"] = True


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: None while it is only shown."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: HttpRequest,
    *,
    title: Text,
    form: forms.Form,
    act: Callable[[dict[str, Any]], T],
    done: Text | Callable[[T], Text],
    back: str,
    submit: Text,
    whose: Text = "",
    explanation: Text = "",
    danger: bool = False,
    template: str = "backoffice/form.html",
) -> HttpResponse:
    """Show `form`; when it is sent and sound, `act` on its values, say `done` and go `back`. A refusal is shown on the form.

    done: what was done, or what says so of what `act` answered.  whose: the member it is about, in words.
    """
    if request.method == "POST" and form.is_valid():
        try:
            came_of_it = act(form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, str(done(came_of_it) if callable(done) else done))
            return HttpResponseRedirect(back)
    refused = next((field.name for field in form.visible_fields() if field.errors), None) if form.errors else None
    if refused:
        _focus(form, refused)
    context = {
        **admin.site.each_context(request),
        "title": title,
        "form": form,
        "back": back,
        "submit": submit,
        "whose": whose,
        "explanation": explanation,
        "danger": danger,
    }
    return TemplateResponse(request, template, context, status=400 if form.errors else 200)


def add_refusal(form: forms.BaseForm, refusal: DomainError) -> None:
    """Put a refusal beside the field it is about, or above the form."""
    field = refusal.field.rsplit(".", 1)[-1] if isinstance(refusal, InvalidInput) else None
    form.add_error(field if field in form.fields else None, ValidationError(str(refusal.detail)))
