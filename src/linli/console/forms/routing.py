"""Routing rules: a rule's conditions and effect, a trial, a publication."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

import shapely
from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from linli.catalogue.rules import UNIT_WORDS, Limit, LimitUnit
from linli.console.forms.parts import UnitChoice, day, long_words, words
from linli.console.queries import territory
from linli.console.services.outlines import outline_of
from linli.kernel.errors import Refused
from linli.routing.rules import Conditions, Target
from linli.routing.rules.words import CHANNELS, URGENCIES
from linli.routing.services.drafting import Effect
from linli.staff import queries as staff
from linli.staff.models import Unit

_CLASS = re.compile(r"[CE](?:\d{2}){0,2}")
_COMMAS = re.compile(r"[,，;；、\n]+")
_KINDS = {"部件": "C", "事件": "E", "COMPONENT": "C", "EVENT": "E"}
UNIT_CHOICES = [("", "—"), *((unit.value, UNIT_WORDS[unit]) for unit in LimitUnit)]


class ListField(forms.CharField):
    """Several words, parted by commas: cleaned to a tuple without repeats."""

    def clean(self, value: Any) -> tuple[str, ...]:
        text = super().clean(value) or ""
        return tuple(dict.fromkeys(part.strip() for part in _COMMAS.split(text) if part.strip()))


class UnitsChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # the plugin asks for a model
    """Several units of the tree."""

    widget = forms.SelectMultiple(attrs={"size": 5})

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.label)


class AreaField(forms.CharField):
    """A drawn area: GeoJSON or WKT, lon before lat; cleaned to a shape."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value) or ""
        if not text:
            return None
        try:
            if text.lstrip().startswith("{"):
                return outline_of("area.geojson", text.encode())
            return shapely.from_wkt(text)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        except shapely.errors.ShapelyError:
            raise forms.ValidationError(
                gettext("Draw the area on the map, or paste it as GeoJSON or WKT.")
            ) from None


class RuleForm(forms.Form):
    """One rule. Empty conditions hinder nothing; all that are given have to hold."""

    name = words(pgettext_lazy("console", "Name"), 80)
    name_en = words(_("Name in English"), 120, required=False)
    position = forms.IntegerField(
        label=_("Place in the order"), required=False, min_value=1, max_value=1000,
        help_text=_("1 is asked first. Left empty, it stands last."),
    )  # fmt: skip
    classes = ListField(
        label=pgettext_lazy("routing", "Class"), required=False, max_length=800,
        help_text=_(
            "Codes, parted by commas. C are all components, E all events, E05 a major class, "
            "E0502 a class."
        ),
    )  # fmt: skip
    regions = ListField(
        label=pgettext_lazy("routing", "Region"), required=False, max_length=2000,
        help_text=_("Codes or names, parted by commas. What lies in them belongs to them."),
    )  # fmt: skip
    words = ListField(
        label=pgettext_lazy("routing", "Words"), required=False, max_length=2000,
        help_text=_("One of these stands in the report or its address."),
    )  # fmt: skip
    roads = ListField(
        label=pgettext_lazy("routing", "Road"), required=False, max_length=2000,
        help_text=_("One of these stands in the address."),
    )  # fmt: skip
    channels = forms.MultipleChoiceField(
        label=pgettext_lazy("routing", "Channel"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    urgency_is = forms.ChoiceField(label=pgettext_lazy("routing", "Urgency"), required=False)
    days = forms.ChoiceField(
        label=pgettext_lazy("routing", "Day"), required=False,
        choices=[("", "—"), ("workday", _("on working days")), ("dayoff", _("on days off"))],
    )  # fmt: skip
    hours = forms.ChoiceField(
        label=pgettext_lazy("routing", "Working time"), required=False,
        choices=[
            ("", "—"), ("working", _("in working time")), ("closed", _("outside working time")),
        ],
    )  # fmt: skip
    since = forms.TimeField(
        label=_("From (time of day)"), required=False, input_formats=["%H:%M"],
        help_text=_("Such as 22:00. It may run past midnight."),
    )  # fmt: skip
    until = forms.TimeField(label=_("Until (time of day)"), required=False, input_formats=["%H:%M"])
    owners = UnitsChoice(
        label=_("Owner of the component"), required=False, queryset=Unit.objects.none()
    )
    maintainers = UnitsChoice(
        label=_("Maintainer of the component"), required=False, queryset=Unit.objects.none()
    )
    area = AreaField(
        label=pgettext_lazy("routing", "Drawn area"), required=False, max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("Click on the map, or paste GeoJSON or WKT (WGS84, longitude first)."),
    )  # fmt: skip
    target = forms.ChoiceField(
        label=pgettext_lazy("routing", "Whose work it is"),
        choices=Target.choices,
        widget=forms.RadioSelect,
    )
    unit = UnitChoice(
        label=pgettext_lazy("console", "Unit"), required=False, queryset=Unit.objects.none()
    )
    co_units = UnitsChoice(label=_("Units that help"), required=False, queryset=Unit.objects.none())
    urgency = forms.ChoiceField(label=_("Makes it"), required=False)
    limit_amount = forms.DecimalField(
        label=_("Limit of its own"), required=False, max_digits=6, decimal_places=2, min_value=0.01
    )
    limit_unit = forms.ChoiceField(
        label=pgettext_lazy("limit", "Unit"), choices=UNIT_CHOICES, required=False
    )
    limit_factor = forms.DecimalField(
        label=_("Or the class’s limit times"), required=False, max_digits=4, decimal_places=2,
        help_text=_("0.5 halves the limit of the catalogue, 2 doubles it."),
    )  # fmt: skip
    note = long_words(pgettext_lazy("console", "Note"), 2000)

    #: How the page groups the fields.
    CONDITIONS = ("classes", "regions", "words", "roads", "channels", "urgency_is", "days", "hours",
                  "since", "until", "owners", "maintainers")  # fmt: skip
    EFFECTS = ("target", "unit", "co_units", "urgency", "limit_amount", "limit_unit",
               "limit_factor")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = staff.units()
        for name in ("unit", "co_units", "owners", "maintainers"):
            field: Any = self.fields[name]
            field.queryset = rows
        channels: Any = self.fields["channels"]
        channels.choices = list(CHANNELS.items())
        for name in ("urgency_is", "urgency"):
            urgency: Any = self.fields[name]
            urgency.choices = [("", "—"), *URGENCIES.items()]

    def clean_classes(self) -> tuple[str, ...]:
        """Codes in capitals; 部件 and 事件 are understood too."""
        codes = []
        for word in self.cleaned_data["classes"]:
            code = _KINDS.get(word.upper(), word.upper().split(" ")[0])
            if not _CLASS.fullmatch(code):
                raise forms.ValidationError(
                    gettext("“%(word)s” is no class. Write C, E, E05 or E0502.")
                    % {"word": word[:40]}
                )
            codes.append(code)
        return tuple(dict.fromkeys(codes))

    def clean_regions(self) -> tuple[int, ...]:
        """The ids of the regions."""
        found = []
        for word in self.cleaned_data["regions"]:
            try:
                found.append(territory.found_region(word).pk)
            except Refused as refusal:
                raise forms.ValidationError(f"“{word[:40]}”: {refusal}") from None
        return tuple(dict.fromkeys(found))

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        if data.get("limit_amount") and not data.get("limit_unit"):
            self.add_error("limit_unit", gettext("Choose the unit of the limit."))
        return data

    def when(self) -> Conditions:
        """The conditions of the cleaned form."""
        data = self.cleaned_data
        return Conditions(
            classes=data["classes"],
            regions=data["regions"],
            area=data["area"],
            owners=tuple(unit.pk for unit in data["owners"]),
            maintainers=tuple(unit.pk for unit in data["maintainers"]),
            roads=data["roads"],
            words=data["words"],
            channels=tuple(data["channels"]),
            urgency=data["urgency_is"],
            days=data["days"],
            hours=data["hours"],
            since=_minute(data["since"]),
            until=_minute(data["until"]),
        )

    def effect(self) -> Effect:
        """What the rule says, of the cleaned form."""
        data, limit = self.cleaned_data, None
        if data["limit_amount"]:
            limit = Limit(data["limit_amount"], LimitUnit(data["limit_unit"]))
        return Effect(
            target=data["target"],
            unit=data["unit"].pk if data["unit"] else None,
            co_units=tuple(unit.pk for unit in data["co_units"]),
            urgency=data["urgency"],
            limit=limit,
            factor=data["limit_factor"],
        )


def _minute(at: time | None) -> int | None:
    return None if at is None else at.hour * 60 + at.minute


class DraftForm(forms.Form):
    name = words(pgettext_lazy("console", "Name"), 80)


class TrialForm(forms.Form):
    since = day(_("Reported from"))
    until = day(_("Reported until"))


class PublishForm(forms.Form):
    valid_from = day(_("In force from"))
    note = long_words(_("What changes, and why"), 2000)
