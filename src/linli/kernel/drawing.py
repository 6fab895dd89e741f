"""Django's form controls without a template each: a filter bar has twenty of them on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

#: Django's own templates that are one `<input>` and nothing else.
_INPUTS = frozenset(
    f"django/forms/widgets/{name}.html"
    for name in (
        "checkbox", "color", "date", "datetime", "email", "hidden", "input", "number", "password",
        "search", "tel", "text", "time", "url",
    )
)  # fmt: skip


class FormRenderer(DjangoTemplates):
    """Draws plain inputs itself and leaves everything else to Django's templates."""

    def render(
        self, template_name: str, context: Mapping[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        if template_name in _INPUTS:
            return _input(context["widget"])
        return SafeString(super().render(template_name, dict(context), request))


def _input(widget: Mapping[str, Any]) -> SafeString:
    """What django/forms/widgets/input.html says; a test compares the two."""
    parts = [_pair("type", widget["type"]), _pair("name", widget["name"])]
    if widget["value"] is not None:
        parts.append(_pair("value", widget["value"]))
    parts += [
        f" {conditional_escape(name)}" if given is True else _pair(name, given)
        for name, given in widget["attrs"].items()
        if given is not False
    ]
    return mark_safe(f"<input{''.join(parts)}>")  # noqa: S308  every part is escaped


def _pair(name: str, value: Any) -> str:
    return f' {conditional_escape(name)}="{conditional_escape(value)}"'
