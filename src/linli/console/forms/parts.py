"""Fields and controls that the console's forms share."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.catalogue.models import CaseClass
from linli.console.queries import catalogue as catalogue_queries
from linli.console.queries import territory
from linli.kernel.errors import Refused
from linli.kernel.forms import DayField, Suggested
from linli.territory.models import Region


def day(label: Any, *, required: bool = True, help_text: Any = "", **more: Any) -> DayField:
    """A date as 2026-03-01, whatever the language."""
    return DayField(label=label, required=required, help_text=help_text, **more)


def words(label: Any, most: int, *, required: bool = True, **more: Any) -> forms.CharField:
    """One line of text."""
    return forms.CharField(label=label, max_length=most, required=required, **more)


def long_words(label: Any, most: int, *, required: bool = False, **more: Any) -> forms.CharField:
    """Several lines of text."""
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=most, required=required, widget=area, **more)


def midnight(on: date | None) -> datetime | None:
    """The beginning of a day in the city."""
    if on is None:
        return None
    return datetime.combine(on, time(), timezone.get_current_timezone())


def region_text(region: Region | None) -> str:
    """A region as its field writes it, and reads it again."""
    return f"{region.code} {region.name}" if region is not None else ""


class RegionField(forms.CharField):
    """A region by its code or its name."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", _("Region"))
        more.setdefault("help_text", _("Code or name."))
        more.setdefault("widget", Suggested("console:find_regions"))
        super().__init__(max_length=120, **more)

    def clean(self, value: Any) -> Region | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return territory.found_region(text)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None


class ClassField(forms.CharField):
    """A class of today by its code or its name."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", _("Class"))
        more.setdefault("help_text", _("Code or name."))
        more.setdefault("widget", Suggested("console:find_classes"))
        super().__init__(max_length=120, **more)

    def clean(self, value: Any) -> CaseClass | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return catalogue_queries.found_class(text, on=timezone.localdate())
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None


class UnitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # the plugin asks for a model
    """A unit of the tree, indented by its depth."""

    def label_from_instance(self, obj: Any) -> str:
        depth = "\u3000" * max(obj.path.count("/") - 2, 0)
        return f"{depth}{obj.label}"


class GrantBoxes(forms.CheckboxSelectMultiple):
    """Permissions under the heading of their kind, each with its words."""

    template_name = "console/grants.html"
