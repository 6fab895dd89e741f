"""Fields that every face's forms share."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape  # django's own also serves lazy texts, at four times the cost
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import BadInput, Refused

SELECTED = SafeString(" selected")

#: How people write a day; the first is how it is shown.
DAY_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]


def readable(text: str) -> None:
    """A validator: words that came in another encoding than UTF-8 are no words any more."""
    if "\ufffd" in text:
        raise forms.ValidationError(
            _("Some characters did not arrive as text (\ufffd). Please write them again.")
        )


class DayInput(forms.DateInput):
    """A day as 2026-11-22 in every language and browser.

    A browser's own date field follows the browser's language, not the page's: a Chinese page showed
    mm/dd/yyyy. The island `day` adds a calendar; with `until`, the name of the field of the same
    form where a period ends, also quick choices (today, last 7 days, this month).
    """

    def __init__(self, attrs: dict[str, Any] | None = None, *, until: str = "") -> None:
        own: dict[str, Any] = {
            "data-island": "day",
            "inputmode": "numeric",
            "autocomplete": "off",
            "maxlength": "11",
            "placeholder": _("YYYY-MM-DD"),
        }
        if until:
            own["data-until"] = until
        super().__init__(own | (attrs or {}), format=DAY_FORMATS[0])


class DayField(forms.DateField):
    """A day, typed or chosen; what is no day is answered by an example."""

    widget = DayInput
    default_error_messages = {"invalid": _("Give a day, such as 2026-11-30.")}

    def __init__(self, **more: Any) -> None:
        super().__init__(input_formats=DAY_FORMATS, **more)


class PlainSelect(forms.Select):
    """A select whose options are written in one go: hundreds of them cost no template each."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = "" if value is None else str(value)
        options = "".join(
            [
                f'<option value="{escape(str(code))}"{SELECTED if str(code) == chosen else ""}>'
                f"{escape(str(label))}</option>"
                for code, label in self.choices
            ]
        )
        given = {**self.attrs, **(attrs or {}), "name": name}
        flat = format_html_join(
            "", ' {}="{}"', ((k, v) for k, v in given.items() if v not in (None, False))
        )
        return mark_safe(f"<select{flat}>{options}</select>")  # noqa: S308  every part is escaped


class Suggested(forms.TextInput):
    """A text field that offers what fits while one types: a datalist filled by htmx.

    Without scripts it takes the code, the number or the whole name typed by hand.
    """

    def __init__(self, source: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.source = source

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        list_id = f"{(attrs or {}).get('id', name)}_found"
        given = {
            **(attrs or {}),
            "list": list_id,
            "autocomplete": "off",
            "hx-get": reverse(self.source),
            "hx-trigger": "input changed delay:180ms, focus once",
            "hx-target": f"#{list_id}",
            "hx-swap": "innerHTML",
            "hx-params": name,
            "hx-push-url": "false",
            "hx-select": "unset",
        }
        box = super().render(name, value, given, renderer)
        return format_html('{}<datalist id="{}"></datalist>', box, list_id)


def say_what_is_missing(form: forms.Form) -> None:
    """An empty field says its own name and what to do."""
    for field in form.fields.values():
        words = gettext("“%(label)s” is missing. Please fill it in.")
        if isinstance(field, forms.ChoiceField):
            words = gettext("“%(label)s” is missing. Please choose.")
        field.error_messages["required"] = words % {"label": field.label}


def refuse(form: forms.Form, refusal: Refused, aliases: Mapping[str, str] | None = None) -> None:
    """Say why not at the field at fault, else above the form. `aliases`: what the refusal calls a
    field to what the form does."""
    named, words = refusal.field or "", str(refusal)
    if named:
        words = words.removeprefix(f"{named}: ")
        words = words[:1].upper() + words[1:]
    form.add_error(_field_at_fault(form, refusal, aliases), words)


def refuse_plainly(
    form: forms.Form, refusal: Refused, aliases: Mapping[str, str] | None = None
) -> None:
    """As `refuse`, in the refusal's own words: what an administrator sets up has names of its own,
    by which the words call it."""
    form.add_error(_field_at_fault(form, refusal, aliases), str(refusal))


def _field_at_fault(
    form: forms.Form, refusal: Refused, aliases: Mapping[str, str] | None
) -> str | None:
    named = refusal.field or ""
    field = (aliases or {}).get(named, named)
    return field if field in form.fields else None


def asked_of(form: forms.Form) -> dict[str, Any]:
    """What an address asks for, read by `form`. Raises BadInput for its first wrong field: nobody
    filled the form in, so there is no page to show it on."""
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise BadInput(f"{field}: {errors[0]}", field=str(field))
    return form.cleaned_data
