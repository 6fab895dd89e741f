"""Editions, classes, conditions, desk times, responsibility, the calendar, sheets, settings."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from linli.cases.rules import OPEN
from linli.cases.rules.city import BOUNDS
from linli.catalogue import queries
from linli.catalogue.models import Edition
from linli.catalogue.rules import UNIT_WORDS, Goal, Kind, Limit, LimitUnit, Role
from linli.console.forms.ground import FileField
from linli.console.forms.parts import (
    ClassField,
    RegionField,
    UnitChoice,
    day,
    long_words,
    words,
)
from linli.console.queries import catalogue
from linli.console.queries.history import field_label
from linli.staff import queries as staff
from linli.staff.models import Unit

ALL = ("", pgettext_lazy("filter", "All"))
UNIT_CHOICES = [(unit.value, UNIT_WORDS[unit]) for unit in LimitUnit]
_TIME = r"(?:[01]?\d|2[0-4])[:：][0-5]\d"
_SLOT = re.compile(rf"({_TIME})\s*[-–—~～至到]\s*({_TIME})")


class EditionForm(forms.Form):
    code = words(pgettext_lazy("console", "Code"), 40)
    name = words(pgettext_lazy("console", "Name"), 100)
    source = long_words(_("Source"), 1000)
    valid_from = day(_("Valid from"))


class ClassForm(forms.Form):
    name = words(pgettext_lazy("console", "Name"), 60)
    name_en = words(_("Name in English"), 100, required=False)
    major_name = words(_("Major class"), 60)
    major_name_en = words(_("Major class in English"), 100, required=False)
    public = forms.BooleanField(label=_("Offered to residents"), required=False)
    active = forms.BooleanField(
        label=_("In use"), required=False, help_text=_("Cases that have it keep it.")
    )
    goal = forms.ChoiceField(
        label=_("Counts for the goal"),
        required=False,
        choices=[("", "—"), *Goal.choices],
        help_text=_("One of the five goals on the wall; most classes count for none."),
    )
    icon = words(_("Icon"), 40, required=False)
    note = long_words(pgettext_lazy("console", "Note"), 2000)
    unlinked_units = words(
        _("Units not linked"),
        2000,
        required=False,
        help_text=_("Names of a sheet; clear when done."),
    )
    unlinked_supervisors = words(_("Departments not linked"), 2000, required=False)


class NewClassForm(ClassForm):
    kind = forms.ChoiceField(label=pgettext_lazy("console", "Kind"), choices=Kind.choices)
    major_code = words(_("Major code"), 2, help_text=_("Two digits."))
    minor_code = words(_("Minor code"), 2, help_text=_("Two digits."))
    field_order = ["kind", "major_code", "major_name", "major_name_en", "minor_code"]


class ConditionForm(forms.Form):
    """A condition and its limits in the three grades and for urgent work."""

    number = forms.IntegerField(
        label=pgettext_lazy("console", "Number"), min_value=1, max_value=999
    )
    filing_text = long_words(_("Filing condition"), 2000, required=True)
    closing_text = long_words(_("Closing condition"), 2000, required=True)
    filing_text_en = long_words(_("Filing condition in English"), 2000)
    closing_text_en = long_words(_("Closing condition in English"), 2000)
    limit_a = forms.DecimalField(label=_("Limit in grade A"), max_digits=6, decimal_places=2)
    unit_a = forms.ChoiceField(label=pgettext_lazy("limit", "Unit"), choices=UNIT_CHOICES)
    limit_b = forms.DecimalField(label=_("Limit in grade B"), max_digits=6, decimal_places=2)
    unit_b = forms.ChoiceField(label=pgettext_lazy("limit", "Unit"), choices=UNIT_CHOICES)
    limit_c = forms.DecimalField(label=_("Limit in grade C"), max_digits=6, decimal_places=2)
    unit_c = forms.ChoiceField(label=pgettext_lazy("limit", "Unit"), choices=UNIT_CHOICES)
    urgent_limit = forms.DecimalField(
        label=_("Urgent limit"), max_digits=6, decimal_places=2, required=False
    )
    urgent_unit = forms.ChoiceField(
        label=pgettext_lazy("limit", "Unit"), choices=[("", "—"), *UNIT_CHOICES], required=False
    )
    valid_from = day(_("Valid from"))
    valid_to = day(_("Valid to"), required=False, help_text=_("The first day without it."))
    source = words(_("Source"), 1000, required=False)
    note = long_words(pgettext_lazy("console", "Note"), 2000)

    def limits(self) -> dict[str, Limit | None]:
        """The four limits of the cleaned form."""
        data = self.cleaned_data
        found: dict[str, Limit | None] = {
            f"limit_{grade}": Limit(data[f"limit_{grade}"], LimitUnit(data[f"unit_{grade}"]))
            for grade in "abc"
        }
        urgent = data["urgent_limit"]
        found["urgent_limit"] = Limit(urgent, LimitUnit(data["urgent_unit"])) if urgent else None
        return found

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        for name in ("limit_a", "limit_b", "limit_c", "urgent_limit"):
            value: Decimal | None = data.get(name)
            if value is not None and value <= 0:
                self.add_error(name, gettext("A limit is above zero."))
        if data.get("urgent_limit") and not data.get("urgent_unit"):
            self.add_error("urgent_unit", gettext("Choose the unit of the urgent limit."))
        return data


class StageLimitForm(forms.Form):
    stage = forms.ChoiceField(
        label=_("Stage"),
        choices=[(stage.value, stage.label) for stage in OPEN if stage != "handling"],
    )
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=[
            ("normal", pgettext_lazy("urgency", "Normal")),
            ("urgent", pgettext_lazy("urgency", "Urgent")),
        ],
    )
    amount = forms.DecimalField(label=_("Limit"), max_digits=6, decimal_places=2)
    unit = forms.ChoiceField(label=pgettext_lazy("limit", "Unit"), choices=UNIT_CHOICES)
    valid_from = day(_("Valid from"))
    valid_to = day(_("Valid to"), required=False, help_text=_("The first day without it."))
    source = words(_("Source"), 1000, required=False)

    def clean_amount(self) -> Decimal:
        """Above zero."""
        amount: Decimal = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError(gettext("A limit is above zero."))
        return amount


class ResponsibilityForm(forms.Form):
    """A class, or a whole major class, in a region, to a unit."""

    case_class = ClassField(required=False)
    major = forms.ChoiceField(
        label=_("Or a whole major class"), required=False, choices=[("", "—")]
    )
    region = RegionField()
    unit = UnitChoice(label=pgettext_lazy("console", "Unit"), queryset=Unit.objects.none())
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    valid_from = day(_("Valid from"))
    valid_to = day(_("Valid to"), required=False, help_text=_("The first day without it."))
    legal_basis = words(_("Legal basis"), 500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset = staff.units()
        edition = queries.current().edition(timezone.localdate())
        majors = catalogue.majors_of(edition.pk) if edition else []
        major: Any = self.fields["major"]
        major.choices = [("", "—"), *majors]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if "case_class" in data and bool(data["case_class"]) == bool(data.get("major")):
            self.add_error("case_class", gettext("Choose a class or a major class."))
        return data


class ResponsibilityEditForm(forms.Form):
    valid_to = day(_("Valid to"), required=False, help_text=_("The first day without it."))
    legal_basis = words(_("Legal basis"), 500, required=False)


class AskForm(forms.Form):
    """Who would get this class in this region?"""

    ask_class = ClassField(required=False, label=_("Class"))
    ask_region = RegionField(required=False)


class ResponsibilityFilter(forms.Form):
    q = words(_("Unit or class"), 60, required=False)
    region = RegionField(required=False, help_text="")
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[ALL, *Role.choices])
    soon = forms.BooleanField(label=_("Ends within 30 days"), required=False)
    past = forms.BooleanField(label=_("Ended"), required=False)


class ClassFilter(forms.Form):
    edition = forms.ChoiceField(label=_("Edition"), required=False)
    q = words(_("Name or code"), 60, required=False)
    kind = forms.ChoiceField(
        label=pgettext_lazy("console", "Kind"), required=False, choices=[ALL, *Kind.choices]
    )
    major = forms.ChoiceField(label=_("Major class"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ALL,
            ("active", _("In use")),
            ("retired", _("Retired")),
            ("public", _("Offered to residents")),
            ("bare", _("Without a limit")),
            ("unlinked", _("Units not linked")),
        ],
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        editions: Any = self.fields["edition"]
        editions.choices = [(str(one.pk), one.name) for one in queries.editions()]
        editions.initial = str(edition.pk)
        major: Any = self.fields["major"]
        major.choices = [ALL, *catalogue.majors_of(edition.pk)]


class DayForm(forms.Form):
    is_workday = forms.ChoiceField(
        label=_("This day is"),
        choices=[("yes", _("Working day")), ("no", _("Day off"))],
        widget=forms.RadioSelect,
    )
    name = words(
        pgettext_lazy("console", "Name"),
        60,
        required=False,
        help_text=_("Such as 国庆节, or 国庆节调休上班."),
    )
    source = words(_("Source"), 1000, required=False)
    provisional = forms.BooleanField(label=_("Expected, not yet published"), required=False)


class HoursForm(forms.Form):
    valid_from = day(_("Valid from"))
    slots = words(_("Working hours"), 200, help_text=_("Such as 08:00–12:00, 14:00–18:00."))
    source = words(_("Source"), 1000, required=False)

    def clean_slots(self) -> list[list[str]]:
        """The slots as pairs of times."""
        text: str = self.cleaned_data["slots"]
        found = [
            [one.replace("：", ":").rjust(5, "0") for one in pair] for pair in _SLOT.findall(text)
        ]
        rest = _SLOT.sub("", text)
        if not found or rest.strip(" ,，;；、和"):
            raise forms.ValidationError(
                gettext("Write times such as 08:00–12:00, 14:00–18:00, parted by commas.")
            )
        return found


class SheetForm(forms.Form):
    """A sheet of classes (standards 3.4)."""

    edition = forms.ModelChoiceField(label=_("Edition"), queryset=Edition.objects.none())
    file = FileField(
        label=_("File"),
        max_length=100,
        help_text=_("Excel (.xlsx, .xls) or CSV; 20 MB and 20,000 rows at most."),
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("console", "Kind"),
        required=False,
        choices=[("", _("As the sheet says")), *Kind.choices],
    )
    region = RegionField(
        required=False,
        help_text=_(
            "The units in the sheet become responsible here. Empty: only their names stay."
        ),
    )
    plain_is_working = forms.ChoiceField(
        label=_("Plain “小时” and “天” mean"),
        choices=[("yes", _("working time")), ("no", _("running time"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        edition: Any = self.fields["edition"]
        edition.queryset = queries.editions()


class SettingsForm(forms.Form):
    """The numbers a city sets; bounds are those of the register."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most) in BOUNDS.items():
            self.fields[name] = forms.IntegerField(
                label=field_label(name),
                min_value=least,
                max_value=most,
                help_text=gettext("From %(least)d to %(most)d.") % {"least": least, "most": most},
            )
