"""What the pages of appraisal are asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.appraisal.models import SchemeLine
from linli.appraisal.rules.schemes import BY_HAND, FEWEST, MOST_LINES, Line, Origin
from linli.appraisal.rules.states import State
from linli.appraisal.services.scoring import Given
from linli.kernel.forms import DayField, PlainSelect, say_what_is_missing

_MONTH = re.compile(r"(20\d\d)-?(0[1-9]|1[0-2])")


class MonthField(forms.CharField):
    """A month, as its first day."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", _("Month"))
        attrs = {"placeholder": _("YYYY-MM"), "inputmode": "numeric", "maxlength": "7"}
        super().__init__(widget=forms.TextInput(attrs), **more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = _MONTH.fullmatch(text)
        if found is None:
            raise forms.ValidationError(_("Give a month, such as 2026-10."))
        return date(int(found[1]), int(found[2]), 1)


class FilterForm(forms.Form):
    """Which sheets."""

    month = MonthField(required=False)
    state = forms.ChoiceField(
        label=pgettext_lazy("appraisal", "State"),
        required=False,
        choices=[("", _("all")), *State.choices],
        widget=PlainSelect,
    )
    waiting = forms.BooleanField(required=False, widget=forms.HiddenInput)


class OpenForm(forms.Form):
    """Which month, and of whom."""

    month = MonthField()
    role_id = forms.TypedChoiceField(
        label=pgettext_lazy("appraisal", "Role"), coerce=int, widget=PlainSelect
    )

    def __init__(self, roles: Iterable[tuple[int, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["role_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(roles)


def _points(label: Any, *, required: bool = False, **more: Any) -> forms.DecimalField:
    bounds = {"min_value": 0, "max_value": 100, "decimal_places": 2, "max_digits": 5}
    return forms.DecimalField(label=label, required=required, **(bounds | more))


def _words(label: Any, *, required: bool, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=2_000, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class DeedForm(forms.Form):
    """The words with a deed."""

    def __init__(self, label: Any, *args: Any, required: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["words"] = _words(label, required=required)
        say_what_is_missing(self)


class SelfForm(forms.Form):
    """The worker's own report, with points for the lines of the scheme that ask for them."""

    def __init__(self, lines: Iterable[SchemeLine], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.own = [line for line in lines if line.origin == Origin.SELF]
        self.fields["words"] = _words(
            _("What I did this month"), required=True,
            help_text=_("Work done, difficulties, what should be known beside the figures."),
        )  # fmt: skip
        for line in self.own:
            self.fields[f"line_{line.pk}"] = _points(
                line.label, required=True, help_text=_("Points you give yourself, 0 to 100.")
            )
        say_what_is_missing(self)

    def points(self) -> dict[int, Decimal]:
        """Line id to points."""
        return {line.pk: self.cleaned_data[f"line_{line.pk}"] for line in self.own}


class ScoreForm(forms.Form):
    """The points of the lines that people enter."""

    def __init__(self, lines: Iterable[SchemeLine], data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.by_hand = [line for line in lines if line.origin in BY_HAND]
        for line in self.by_hand:
            self._add(line)

    def _add(self, line: SchemeLine) -> None:
        name, weight = f"line_{line.pk}", {"label": line.label}
        if line.origin == Origin.SCORER:
            self.fields[name] = _points(line.label, help_text=_("0 to 100 points."))
            return
        survey = line.origin == Origin.SURVEY
        asked = _("%(label)s: people asked") if survey else _("%(label)s: representatives")
        summed = _("%(label)s: said yes") if survey else _("%(label)s: sum of their points")
        fewest = _("At least %(fewest)s; only the numbers are kept.") % {"fewest": FEWEST}
        self.fields[f"{name}_people"] = forms.IntegerField(
            label=asked % weight, required=False, min_value=0, max_value=100_000, help_text=fewest
        )
        self.fields[f"{name}_total"] = _points(summed % weight, max_value=10_000_000, max_digits=10)

    def given(self) -> dict[int, Given]:
        """Line id to what was entered."""
        data = self.cleaned_data
        found = {}
        for line in self.by_hand:
            name = f"line_{line.pk}"
            found[line.pk] = Given(
                data.get(name), data.get(f"{name}_total"), data.get(f"{name}_people")
            )
        return found

    def aliases(self) -> dict[str, str]:
        """The field that shows a refusal about a line."""
        return {
            f"line_{line.pk}": f"line_{line.pk}_people"
            for line in self.by_hand
            if line.origin != Origin.SCORER
        }


class AdjustForm(forms.Form):
    """An addition or a deduction."""

    points = forms.DecimalField(
        label=_("Points"), min_value=-100, max_value=100, decimal_places=2, max_digits=5,
        help_text=_("Above 0 adds, below 0 deducts."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason, as the worker reads it"), max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class SchemeForm(forms.Form):
    """A scheme besides its lines."""

    role_id = forms.TypedChoiceField(
        label=pgettext_lazy("appraisal", "Role"), coerce=int, widget=PlainSelect
    )
    valid_from = DayField(
        label=_("In force from"), help_text=_("A month is appraised by the scheme of its last day.")
    )
    subject = forms.ChoiceField(
        label=_("Formulas of the system"), required=False, widget=PlainSelect,
        help_text=_("Whose formulas the lines of the system name."),
    )  # fmt: skip
    bands = forms.CharField(
        label=_("Bands"), widget=forms.Textarea(attrs={"rows": 4}), max_length=400,
        help_text=_(
            "One a line, the best first: from how many points, and how many per cent of the"
            " appraised pay. The edge belongs to the band: “90 100” holds from 90.00."
        ),
    )  # fmt: skip
    share = _points(_("Appraised part of the pay, per cent"), required=True)
    most_added = _points(_("Most points added by hand"), required=True)
    most_deducted = _points(_("Most points deducted by hand"), required=True)
    report_days = forms.IntegerField(
        label=_("Working days for the self-report"), min_value=1, max_value=60
    )
    appeal_days = forms.IntegerField(
        label=_("Working days for the appeal"), min_value=1, max_value=60
    )
    note = _words(_("What changes, and why"), required=True)

    def __init__(
        self, roles: Iterable[tuple[int, str]], subjects: Iterable[tuple[str, str]],
        *args: Any, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        choices: dict[str, list[Any]] = {
            "role_id": list(roles),
            "subject": [("", _("none")), *subjects],
        }
        for name, options in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options


class LineForm(forms.Form):
    """One line of a scheme; an empty one is left out."""

    part = forms.CharField(label=_("Part"), max_length=20, required=False)
    label_zh = forms.CharField(label=_("Name in Chinese"), max_length=40, required=False)
    label_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    weight = _points(_("Weight"))
    origin = forms.ChoiceField(
        label=_("Source"), required=False, choices=[("", "—"), *Origin.choices], widget=PlainSelect
    )
    figure = forms.CharField(label=_("Formula"), max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        told = [name for name in ("part", "label_zh", "weight", "origin") if data.get(name)]
        if told and len(told) < 4:
            raise forms.ValidationError(
                _("A line needs a part, a name, a weight and a source; or empty all of it.")
            )
        if data.get("origin") == Origin.FIGURE and not data.get("figure"):
            self.add_error("figure", _("A line of the system names its formula, such as total."))
        return data

    def line(self) -> tuple[Line, str] | None:
        """The line and its English name; None for an empty one."""
        data = self.cleaned_data
        if not data.get("label_zh"):
            return None
        origin = Origin(data["origin"])
        figure = data["figure"] if origin == Origin.FIGURE else ""
        line = Line(data["part"], data["label_zh"], data["weight"], origin, figure)
        return line, data["label_en"]


LineForms = forms.formset_factory(LineForm, extra=0, max_num=MOST_LINES, validate_max=True)
