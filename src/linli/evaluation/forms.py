"""What the pages of evaluation are asked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from linli.evaluation.rules.periods import FIRST_YEAR, LAST_YEAR, Span
from linli.evaluation.rules.subjects import EDGES, Dimension, Shows, Subject
from linli.kernel.forms import DayField, PlainSelect

SPANS = [(one.value, one.label) for one in Span]
_SHOWS = [
    (Shows.RATE, pgettext_lazy("shows", "a share, in per cent")),
    (Shows.SCORE, pgettext_lazy("shows", "points")),
    (Shows.TOTAL, pgettext_lazy("shows", "the points of the grade")),
]


def _within(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise forms.ValidationError(
            _("Choose a day of the years %(first)d to %(last)d.")
            % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )


class FiguresForm(forms.Form):
    """Which figures: told apart how, of which period."""

    by = forms.ChoiceField(label=pgettext_lazy("figures", "Told apart by"), widget=PlainSelect)
    span = forms.ChoiceField(
        label=pgettext_lazy("evaluation", "Period"), choices=SPANS, widget=PlainSelect
    )
    day = DayField(label=_("A day of it"), validators=[_within])
    region = forms.ChoiceField(
        label=pgettext_lazy("figures", "Region"), required=False, widget=PlainSelect
    )

    def __init__(
        self,
        given: Any,
        dimensions: list[Dimension],
        regions: list[tuple[str, str]] | None = None,
    ) -> None:
        start = {
            "by": dimensions[0].code if dimensions else "",
            "span": Span.MONTH.value,
            "day": timezone.localdate().isoformat(),
        }
        super().__init__(start | {name: given[name] for name in given if given[name]})
        by = self.fields["by"]
        assert isinstance(by, forms.ChoiceField)
        by.choices = [(one.code, one.label) for one in dimensions]
        by.error_messages["invalid_choice"] = _("Choose one of the list.")
        self.fields["span"].error_messages["invalid_choice"] = _(
            "Choose day, week, month, quarter or year."
        )
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)
        region.choices = [("", pgettext("figures", "all I may see")), *(regions or [])]
        region.error_messages["invalid_choice"] = _("Choose one of the list.")


class FreezeForm(forms.Form):
    """Which period is closed; why, when it is closed already."""

    span = forms.ChoiceField(
        label=pgettext_lazy("evaluation", "Period"),
        choices=SPANS,
        initial=Span.MONTH.value,
        widget=PlainSelect,
    )
    day = DayField(label=_("A day of it"), validators=[_within])
    reason = forms.CharField(
        label=_("Why it is counted again"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when the period is closed already."),
    )


class FormulaForm(forms.Form):
    """One formula of the draft."""

    subject = forms.ChoiceField(
        label=pgettext_lazy("formula", "About"), choices=Subject.choices, widget=PlainSelect
    )
    code = forms.CharField(
        label=pgettext_lazy("formula", "Code"),
        max_length=40,
        help_text=_("Its name in other formulas."),
    )
    label_zh = forms.CharField(label=_("Name in Chinese"), max_length=40)
    label_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    shows = forms.ChoiceField(label=_("Shown as"), choices=_SHOWS, widget=PlainSelect)
    formula = forms.CharField(
        label=_("Formula"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_(
            "Names of counts and formulas, + − × ÷ and brackets, min(…), max(…), bands(filed; < 3:"
            " 90; else: 0) and weighted(40: …; 60: …)."
        ),
    )
    source = forms.CharField(label=_("Source and edition"), max_length=120, required=False)


class EdgesForm(forms.Form):
    """From how many points each grade begins."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for letter, edge in EDGES.items():
            self.fields[letter] = forms.IntegerField(
                label=letter, min_value=1, max_value=100, initial=edge
            )


class PublishForm(forms.Form):
    """From which day, and what changes."""

    valid_from = DayField(label=_("In force from"))
    note = forms.CharField(
        label=_("What changes, and why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
